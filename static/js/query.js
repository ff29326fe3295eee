// The query console: columns that are put into the SQL, runs that can be cancelled, posts that leave htmx aside.
(() => {
  "use strict";

  customElements.define("column-names", class extends HTMLElement {
    connectedCallback() {
      for (const name of this.querySelectorAll("code[data-insert]")) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn-insert";
        button.dataset.insert = name.dataset.insert;
        button.title = "Put it into the SQL";
        name.replaceWith(button);
        name.removeAttribute("data-insert");
        button.append(name);
      }
      this.abort = new AbortController();
      this.addEventListener("click", (event) => {
        const button = event.target.closest("button[data-insert]");
        if (button) document.querySelector("sql-editor")?.insert(button.dataset.insert);
      }, { signal: this.abort.signal });
    }

    disconnectedCallback() {
      this.abort.abort();
    }
  });

  // A version 4 UUID; crypto.randomUUID() is missing where pages come without TLS.
  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  // Says how long a run takes, and lets go of it: the browser's request ends, and the server is told to stop reading.
  customElements.define("query-run", class extends HTMLElement {
    connectedCallback() {
      this.abort = new AbortController();
      const options = { signal: this.abort.signal };
      this.form = this.querySelector("form");
      this.cancel = this.querySelector("[data-cancel]");
      this.said = this.querySelector("[data-running]");
      this.announced = this.querySelector("[data-announced]");
      this.form.addEventListener("submit", (event) => this.begin(event), { ...options, capture: true });
      this.cancel.addEventListener("click", () => {
        // A request that was let go of is no failure to tell of.
        this.form.setAttribute("data-quiet", "");
        this.form.dispatchEvent(new CustomEvent("htmx:abort"));
        this.end();
      }, options);
      for (const name of ["htmx:after:swap", "htmx:error"]) {
        document.addEventListener(name, (event) => {
          if (event.detail?.ctx?.sourceElement !== this.form) return;
          this.end();
          // One sentence for who listens; the rows are there to be walked through.
          this.announced.textContent = document.querySelector("#result .card-subtitle")?.textContent ?? "";
        }, options);
      }
    }

    disconnectedCallback() {
      this.abort.abort();
      this.end();
    }

    begin(event) {
      if (event.submitter?.hasAttribute("formaction")) return;
      this.querySelector("#run-key").value = newKey();
      this.form.removeAttribute("data-quiet");
      this.end();
      const started = Date.now();
      const say = () => { this.said.textContent = `Running… ${Math.round((Date.now() - started) / 1000)} s`; };
      this.said.textContent = this.announced.textContent = "Running…";
      this.timer = setInterval(say, 1000);
      this.cancel.hidden = false;
    }

    end() {
      clearInterval(this.timer);
      const focused = document.activeElement === this.cancel;
      if (focused) this.form.querySelector(".btn-primary").focus();
      this.cancel.hidden = true;
      this.said.textContent = "";
    }
  });

  function postAside(form, action) {
    const aside = document.createElement("form");
    aside.method = "post";
    aside.action = action;
    for (const [name, value] of new FormData(form)) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      aside.append(field);
    }
    aside.hidden = true;
    document.body.append(aside);
    aside.submit();
    aside.remove();
  }

  // A download must leave htmx aside: the form goes to the address of its button, as without a script. What is saved
  // goes to the same address, and the answer into the dialog.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-plain-post], button[data-dialog-post]");
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    const action = button.getAttribute("formaction");
    if (button.hasAttribute("data-plain-post")) {
      button.closest("[popover]")?.hidePopover?.();
      postAside(button.form, action);
      return;
    }
    const values = Object.fromEntries(new FormData(button.form));
    htmx.ajax("POST", action, { source: button, target: "#dialog-content", swap: "innerHTML", values });
  }, { capture: true });
})();
