// The command palette: asks the server while one types, and is worked by the arrow keys alone.
(() => {
  "use strict";

  customElements.define("command-palette", class extends HTMLElement {
    connectedCallback() {
      this.abort = new AbortController();
      const options = { signal: this.abort.signal };
      this.dialog = this.closest("dialog");
      this.input = this.querySelector("[role=combobox]");
      this.results = this.querySelector("[role=listbox]");
      this.status = this.querySelector("[role=status]");
      this.input.addEventListener("input", () => {
        this.typed = true;
        this.ask(150);
      }, options);
      this.input.addEventListener("keydown", (event) => this.key(event), options);
      this.querySelector("form").addEventListener("submit", (event) => event.preventDefault(), options);
      this.addEventListener("htmx:after:swap", () => this.show(), options);
      this.results.addEventListener("mousemove", (event) => {
        const option = event.target.closest("[role=option]");
        if (option && option !== this.selected) this.choose(option);
      }, options);
      this.dialog.addEventListener("beforetoggle", () => { this.typed = false; }, options);
      this.dialog.addEventListener("toggle", (event) => {
        // It comes a moment after the opening: to select then what was typed meanwhile would lose it.
        if (event.newState !== "open" || this.typed) return;
        this.input.select();
        this.ask(0);
      }, options);
      document.addEventListener("keydown", (event) => {
        if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
          event.preventDefault();
          this.toggle();
        }
      }, options);
    }

    disconnectedCallback() {
      this.abort.abort();
      clearTimeout(this.timer);
    }

    toggle() {
      if (this.dialog.open) this.dialog.close();
      else if (!document.querySelector("dialog[open]")) this.dialog.showModal();
    }

    ask(delay) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.input.dispatchEvent(new CustomEvent("palette-ask")), delay);
    }

    get options() {
      return [...this.results.querySelectorAll("[role=option]")];
    }

    get selected() {
      return this.results.querySelector("[aria-selected=true]");
    }

    // Called for the first results and again when what the upstream found comes in below them.
    show() {
      const options = this.options;
      if (!this.selected) this.choose(options[0]);
      const waiting = this.results.querySelector("[data-upstream]");
      const count = options.length;
      this.status.textContent = waiting ? "" : count ? `${count} result${count === 1 ? "" : "s"}` : "Nothing found";
    }

    choose(option) {
      this.selected?.setAttribute("aria-selected", "false");
      if (!option) {
        this.input.removeAttribute("aria-activedescendant");
        return;
      }
      option.setAttribute("aria-selected", "true");
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }

    key(event) {
      const options = this.options;
      const index = options.indexOf(this.selected);
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in steps && options.length) {
        event.preventDefault();
        this.choose(options[(index + steps[event.key] + options.length) % options.length]);
      } else if (event.key === "Escape") {
        // A search field would only empty itself.
        event.preventDefault();
        this.dialog.close();
      } else if (event.key === "Enter") {
        event.preventDefault();
        const link = this.selected;
        if (!link) return;
        if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
        else location.assign(link.href);
      }
    }
  });
})();
