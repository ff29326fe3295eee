// Keys. Single ones work only where the person left them on (data-shortcuts on body) and nobody is typing.
(() => {
  "use strict";
  let leader = 0;

  const typing = (element) => element?.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const dialogOpen = () => document.querySelector("dialog[open], [popover].dropdown-menu:popover-open");

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return submit(event);
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!document.body.hasAttribute("data-shortcuts") || typing(event.target) || dialogOpen()) return;
    if (Date.now() - leader < 1500) {
      leader = 0;
      const link = document.querySelector(`[data-jump="${CSS.escape(event.key.toLowerCase())}"]`);
      if (link) {
        event.preventDefault();
        location.assign(link.href);
      }
      return;
    }
    const action = { "/": search, "?": help, g: lead, "[": () => page("prev"), "]": () => page("next") }[event.key];
    if (action && action() !== false) event.preventDefault();
  });

  function search() {
    const field = document.querySelector("[data-search]");
    if (!field) return false;
    field.focus();
    field.select();
  }

  function help() {
    document.getElementById("help")?.showModal();
  }

  function lead() {
    leader = Date.now();
  }

  function page(direction) {
    const link = document.querySelector(`.pagination [rel=${direction}]`);
    if (!link) return false;
    link.click();
  }

  // The form's main button; one whose words must be typed first stays a press of its own.
  function submit(event) {
    const form = event.target.closest?.("form");
    if (!form || form.matches("[data-typed-confirmation]") || form.querySelector(".confirm, [data-typed-confirmation]")) return;
    // A form's buttons may stand outside of it.
    const buttons = [...form.elements].filter((element) => element.matches("button:not([type=button])"));
    const button = buttons.find((each) => each.matches(".btn-primary")) ?? buttons[0];
    if (button && !button.disabled) {
      event.preventDefault();
      button.click();
    }
  }
})();
