#!/bin/sh
# Run once by the database image on an empty volume.
set -eu
OWNER_PASSWORD="$(cat "$OWNER_PASSWORD_FILE")"
APP_PASSWORD="$(cat "$APP_PASSWORD_FILE")"
export OWNER_PASSWORD APP_PASSWORD
exec psql -X -q -v ON_ERROR_STOP=1 \
    --set=owner=home_infusion_owner --set=app=home_infusion_app \
    --set=database=home_infusion \
    --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
    --file="${ROLES_SQL:-/etc/home-infusion/roles.sql}"
