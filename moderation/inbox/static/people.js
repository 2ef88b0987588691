/* Lets people look at the password they type. Without this script the field works as ever, and the button is not there. */
"use strict";

for (const button of document.querySelectorAll("[data-secret-show]")) {
  const field = button.parentElement.querySelector("[data-secret]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    field.focus();
  });
  field.form.addEventListener("submit", () => {
    field.type = "password";
  });
}
