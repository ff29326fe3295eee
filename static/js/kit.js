// The kit's small elements. Each connects and cleans up by itself, so nothing is initialised again after a swap.
(() => {
  "use strict";

  // Copies its value attribute; says so in place, and to screen readers.
  customElements.define("copy-button", class extends HTMLElement {
    connectedCallback() {
      this.abort = new AbortController();
      this.addEventListener("click", () => this.copy(), { signal: this.abort.signal });
    }

    disconnectedCallback() {
      this.abort.abort();
      clearTimeout(this.timer);
    }

    async copy() {
      const button = this.querySelector("button");
      const use = button.querySelector("use");
      this.label ??= button.getAttribute("aria-label");
      this.icon ??= use.getAttribute("href");
      let done = true;
      try {
        await navigator.clipboard.writeText(this.getAttribute("value"));
      } catch {
        done = copyBySelection(this.getAttribute("value"), this);
      }
      use.setAttribute("href", this.icon.replace(/#.*/, done ? "#check" : "#x"));
      button.setAttribute("aria-label", done ? "Copied" : "Could not be copied");
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        use.setAttribute("href", this.icon);
        button.setAttribute("aria-label", this.label);
      }, 2000);
    }
  });

  // Pages served without TLS have no clipboard; an old command still works there.
  function copyBySelection(text, near) {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "visually-hidden";
    near.append(field);
    const before = document.activeElement;
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    before?.focus();
    return done;
  }

  // Shows what "toast" events say. Good news goes after a while, bad news stays until it is dismissed.
  customElements.define("toast-region", class extends HTMLElement {
    connectedCallback() {
      this.abort = new AbortController();
      const options = { signal: this.abort.signal };
      document.addEventListener("toast", (event) => this.show(event.detail), options);
      this.addEventListener("click", (event) => {
        if (event.target.closest("[data-dismiss]")) event.target.closest(".toast").remove();
      }, options);
      for (const toast of this.querySelectorAll(".toast[data-level=ok]")) this.expire(toast);
      // Toasts must stand above an open dialog, which lives in the top layer.
      this.setAttribute("popover", "manual");
      this.showPopover?.();
    }

    disconnectedCallback() {
      this.abort.abort();
    }

    // Only where a dialog was opened since: a live region that was hidden a moment ago is often not read out.
    raise() {
      if (!this.showPopover || !document.querySelector("dialog[open]")) return;
      this.hidePopover();
      this.showPopover();
    }

    show({ level = "ok", text = "", detail = "", url = "", link = "Open" }) {
      const toast = this.querySelector("[data-toast-template]").content.cloneNode(true).firstElementChild;
      const known = ["ok", "warn", "bad"].includes(level) ? level : "ok";
      // What polls would say the same every other second while the server is away.
      const said = [...this.querySelectorAll(".toast [data-text]")].some((line) => line.textContent === text);
      if (known === "bad" && said) return;
      const mark = toast.querySelector(".text-state");
      mark.classList.add(`is-${known}`);
      mark.append(this.querySelector(`[data-toast-icon=${known}]`).content.cloneNode(true));
      toast.querySelector("[data-text]").textContent = text;
      const second = toast.querySelector("[data-detail]");
      if (detail) second.append(`${detail} `);
      if (url.startsWith("/") && !url.startsWith("//")) {
        const anchor = document.createElement("a");
        anchor.href = url;
        anchor.textContent = link;
        second.append(anchor);
      }
      second.hidden = !second.childNodes.length;
      this.raise();
      this.querySelector(`[data-toasts=${known === "bad" ? "assertive" : "polite"}]`).append(toast);
      if (known === "ok") this.expire(toast);
    }

    // Waits while the person reads it: under the pointer or with focus inside.
    expire(toast) {
      setTimeout(() => {
        if (toast.matches(":hover, :focus-within")) this.expire(toast);
        else toast.remove();
      }, 8000);
    }
  });

  // Dialogs: what older browsers lack of command/commandfor, and where focus goes afterwards.
  const hasCommands = "command" in HTMLButtonElement.prototype;
  const openers = new WeakMap();

  function open(dialog) {
    if (!dialog || dialog.open) return;
    openers.set(dialog, document.activeElement);
    dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-close]")) return event.target.closest("dialog")?.close();
    const button = event.target.closest?.("button[commandfor]");
    if (button) {
      const target = document.getElementById(button.getAttribute("commandfor"));
      const command = button.getAttribute("command");
      if (target && command === "show-modal") openers.set(target, button);
      if (hasCommands || !target) return;
      if (command === "show-modal") open(target);
      if (command === "close") target.close();
      return;
    }
    // A press on the backdrop lands on the dialog itself.
    if (event.target instanceof HTMLDialogElement && event.target.open && !event.target.hasAttribute("data-stay")) {
      const box = event.target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside && event.detail) event.target.close();
    }
  });

  document.addEventListener("close", (event) => {
    if (!(event.target instanceof HTMLDialogElement)) return;
    const opener = openers.get(event.target);
    // The row that opened it may have been swapped for a new one with the same id.
    const again = opener?.isConnected ? opener : opener?.id && document.getElementById(opener.id);
    const place = again?.offsetParent ? again : document.getElementById("content");
    if (!place.contains(document.activeElement) || place !== document.getElementById("content")) place.focus({ preventScroll: true });
    if (event.target.id === "drawer" || event.target.id === "dialog") event.target.firstElementChild.replaceChildren();
  }, true);

  document.addEventListener("dialog-close", () => {
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  });

  // A fragment for the drawer or the dialog opens it.
  document.addEventListener("htmx:after:swap", (event) => {
    const context = event.detail?.ctx;
    const target = context?.target;
    if (target?.id === "drawer-content" || target?.id === "dialog-content") {
      const dialog = target.closest("dialog");
      const title = target.querySelector("[data-dialog-title], h2");
      if (title) dialog.setAttribute("aria-label", title.textContent.trim());
      open(dialog);
    }
    if (context?.response?.status === 422) focusError(context.target?.isConnected ? context.target : document);
  });

  // Focus goes to the first error of a form that was refused.
  function focusError(root) {
    const field = root.querySelector("[aria-invalid=true]") ?? root.querySelector(".alert[role=alert][tabindex]");
    field?.focus();
  }
  document.addEventListener("DOMContentLoaded", () => focusError(document.getElementById("content") ?? document));

  // No answer at all: htmx swaps nothing, so say it.
  document.addEventListener("htmx:error", (event) => {
    const source = event.detail?.ctx?.sourceElement;
    if (!event.detail?.ctx || source?.closest?.("[data-quiet]")) return;
    source?.removeAttribute?.("aria-busy");
    document.dispatchEvent(new CustomEvent("toast", { detail: {
      level: "bad", text: "DomoAdmin did not answer", detail: "Nothing is known about what was asked. Load the page again.",
    } }));
  });
  // The session ended while the page stood open: htmx followed the redirect and holds the sign-in page.
  document.addEventListener("htmx:before:response", (event) => {
    const answer = event.detail?.ctx?.response?.raw;
    if (answer?.redirected && new URL(answer.url).pathname.includes("sign-in")) {
      event.preventDefault();
      location.reload();
    }
  });

  // Menus stand where the style sheet anchors them; browsers without anchors get the place computed.
  if (!CSS.supports("position-area", "bottom")) {
    document.addEventListener("toggle", (event) => {
      const menu = event.target;
      if (event.newState !== "open" || !menu.matches?.(".dropdown-menu[popover]")) return;
      const opener = document.querySelector(`[popovertarget="${menu.id}"]`)?.getBoundingClientRect();
      if (!opener) return;
      const left = menu.classList.contains("dropdown-menu-end") ? opener.right - menu.offsetWidth : opener.left;
      menu.style.left = `${Math.max(8, Math.min(left, innerWidth - menu.offsetWidth - 8))}px`;
      menu.style.top = `${Math.min(opener.bottom, innerHeight - menu.offsetHeight - 8)}px`;
    }, true);
  }
})();
