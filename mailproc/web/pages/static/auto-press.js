"use strict";
// Only where the account's settings say `link_click = "auto"`: presses the one button of the page once.
document.querySelector("form[data-auto]").submit();
