"use strict";
// Without a network a button that tells somebody has told nobody: the page says so.

document.getElementById("nobody-told").hidden = !window.location.hash.includes("nobody-told");
