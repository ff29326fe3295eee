// The tree of domains: branches on demand, keys, type-ahead, and a drag that opens the dialog to move.
(() => {
  "use strict";

  const WIDE = matchMedia("(min-width: 992px)");

  customElements.define("domain-tree", class extends HTMLElement {
    connectedCallback() {
      this.abort = new AbortController();
      this.tree = this.querySelector("[role=tree]");
      this.said = this.querySelector("[data-said]");
      this.closed = new WeakMap(); // what is closed is kept, but not drawn
      this.typed = "";
      const options = { signal: this.abort.signal };
      this.addEventListener("click", (event) => this.click(event), { ...options, capture: true });
      this.addEventListener("keydown", (event) => this.key(event), options);
      this.addEventListener("focusin", (event) => this.rove(event.target.closest("[role=treeitem]")), options);
      for (const name of ["dragstart", "dragover", "dragleave", "drop", "dragend"]) {
        this.addEventListener(name, (event) => this[name](event), options);
      }
      document.addEventListener("htmx:after:swap", (event) => {
        if (event.detail?.ctx?.target?.id === "domain") this.mark();
      }, options);
      for (const item of this.items) item.tabIndex = -1;
      const current = this.tree.querySelector("[aria-current]");
      this.rove(current ?? this.items[0]);
      if (current) this.scrollTop = current.offsetTop - this.clientHeight / 3;
    }

    disconnectedCallback() {
      this.abort.abort();
      clearTimeout(this.spring);
    }

    get items() {
      return [...this.tree.querySelectorAll("[role=treeitem]")];
    }

    // One item is in the order of the Tab key: where the person was last.
    rove(item) {
      if (!item || item === this.roving) return;
      if (this.roving) this.roving.tabIndex = -1;
      this.roving = item;
      item.tabIndex = 0;
    }

    go(item) {
      if (!item) return;
      this.rove(item);
      item.focus();
      item.scrollIntoView({ block: "nearest" });
    }

    say(text) {
      if (this.said.textContent !== text) this.said.textContent = text;
    }

    group(item) {
      return item.parentElement.querySelector(":scope > [role=group]");
    }

    above(item) {
      return item?.parentElement.parentElement.closest("li")?.querySelector(":scope > [role=treeitem]") ?? null;
    }

    // The page beside the tree shows another domain.
    mark() {
      const id = document.querySelector("#domain [data-domain]")?.dataset.domain;
      this.tree.querySelector("[aria-current]")?.removeAttribute("aria-current");
      const item = id && this.tree.querySelector(`[data-id="${CSS.escape(id)}"]`);
      if (!item) return;
      item.setAttribute("aria-current", "page");
      this.say(`${item.querySelector(".tree-name").textContent} is shown`);
    }

    click(event) {
      const item = event.target.closest("[role=treeitem]");
      if (!item || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const own = item.dataset.more || "retry" in item.dataset || (event.target.closest("[data-toggle]") && item.hasAttribute("aria-expanded"));
      // On a narrow screen there is nothing beside the tree: the link leads to the page.
      if (own || !WIDE.matches) event.stopPropagation();
      if (!own) return;
      event.preventDefault();
      if (item.dataset.more) this.more(item);
      else if ("retry" in item.dataset) this.retry(item);
      else this.toggle(item);
      this.rove(item.isConnected ? item : this.items[0]);
    }

    toggle(item) {
      if (item.getAttribute("aria-expanded") === "true") this.close(item);
      else this.open(item);
    }

    close(item) {
      const group = this.group(item);
      if (!group) return;
      if (group.contains(document.activeElement)) this.go(item);
      if (group.contains(this.roving)) this.rove(item);
      this.closed.set(item, group);
      group.remove();
      item.setAttribute("aria-expanded", "false");
    }

    async open(item) {
      if (item.getAttribute("aria-expanded") !== "false" || item.hasAttribute("aria-busy")) return;
      const kept = this.closed.get(item);
      item.setAttribute("aria-expanded", "true");
      if (kept) return void item.after(kept);
      const group = document.createElement("ul");
      group.setAttribute("role", "group");
      item.after(group);
      await this.load(item, item.dataset.branch, group, "innerHTML");
      const count = group.childElementCount;
      if (!count) {
        group.remove();
        item.removeAttribute("aria-expanded");
      } else if (group.querySelector("[data-retry]")) {
        group.firstElementChild.firstElementChild.dataset.retry = "branch";
      }
      this.say(count ? "" : `Nothing lies below ${this.name(item)}`);
    }

    async load(item, url, target, swap) {
      item.setAttribute("aria-busy", "true");
      try {
        // Its own source, or htmx would let one wait for the other.
        await htmx.ajax("GET", url, { source: target, target, swap });
      } finally {
        item.removeAttribute("aria-busy");
        for (const each of this.tree.querySelectorAll("[role=treeitem]:not([tabindex])")) each.tabIndex = -1;
      }
    }

    // The next page takes the place of its button; what stood here out of order gives way to itself.
    async more(item) {
      if (item.hasAttribute("aria-busy")) return;
      const row = item.parentElement;
      const group = row.parentElement;
      const last = row.previousElementSibling;
      await this.load(item, item.dataset.more, row, "outerHTML");
      const placed = group.querySelector(":scope > [data-placed]");
      const id = placed?.firstElementChild.dataset.id;
      const twin = id && [...group.children].find((each) => each !== placed && each.firstElementChild.dataset.id === id);
      if (twin) {
        placed.removeAttribute("data-placed");
        twin.replaceWith(placed);
      }
      this.go((last?.isConnected ? last.nextElementSibling : group.firstElementChild)?.firstElementChild ?? this.items.at(-1));
    }

    async retry(item) {
      const parent = this.above(item);
      if (item.dataset.retry === "branch" && parent) {
        this.group(parent).remove();
        parent.setAttribute("aria-expanded", "false");
        this.go(parent);
        await this.open(parent);
      } else {
        await this.load(item, item.href, item.parentElement, "outerHTML");
      }
    }

    name(item) {
      return item.querySelector(".tree-name")?.textContent ?? "";
    }

    key(event) {
      const item = event.target.closest?.("[role=treeitem]");
      if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
      const items = this.items;
      const at = items.indexOf(item);
      const expanded = item.getAttribute("aria-expanded");
      const steps = {
        ArrowDown: () => this.go(items[at + 1]),
        ArrowUp: () => this.go(items[at - 1]),
        Home: () => this.go(items[0]),
        End: () => this.go(items.at(-1)),
        ArrowRight: () => (expanded === "true" ? this.go(this.group(item)?.querySelector("[role=treeitem]")) : expanded === "false" && this.open(item)),
        ArrowLeft: () => (expanded === "true" ? this.close(item) : this.go(this.above(item))),
        " ": () => item.click(),
        "*": () => this.siblings(item).forEach((each) => this.open(each)),
      };
      if (event.key in steps) {
        this.typed = "";
        steps[event.key]();
      } else if (event.key.length === 1) this.find(event.key, items, at);
      else return;
      event.preventDefault();
      // Single keys mean something else outside of a tree.
      event.stopPropagation();
    }

    siblings(item) {
      return [...item.parentElement.parentElement.children].map((row) => row.firstElementChild).filter((each) => each.getAttribute("aria-expanded") === "false");
    }

    find(letter, items, at) {
      clearTimeout(this.forget);
      this.forget = setTimeout(() => { this.typed = ""; }, 700);
      this.typed += letter.toLowerCase();
      // The same letter again goes on to the next; more letters narrow down where one stands.
      const same = [...this.typed].every((each) => each === this.typed[0]);
      const wanted = same ? this.typed[0] : this.typed;
      const from = at + (same ? 1 : 0);
      const order = [...items.slice(from), ...items.slice(0, from)];
      this.go(order.find((each) => each.dataset.name.startsWith(wanted)));
    }

    // Dragging never moves by itself: the dialog shows from where to where, and sends it.
    refusal(item) {
      if (item === this.dragged) return `${this.name(item)} can’t go below itself`;
      if (this.dragged.parentElement.contains(item)) return `${this.name(item)} lies below ${this.name(this.dragged)}`;
      return item === this.above(this.dragged) ? `${this.name(this.dragged)} is there now` : "";
    }

    dragstart(event) {
      const item = event.target.closest?.("[role=treeitem][draggable=true]");
      if (!item) return;
      this.dragged = item;
      item.toggleAttribute("data-dragged", true);
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", item.dataset.id);
    }

    dragover(event) {
      const item = event.target.closest?.("[role=treeitem][data-id]");
      if (!this.dragged || !item) return;
      const refusal = this.refusal(item);
      if (this.over !== item) {
        this.leave();
        this.over = item;
        item.dataset.over = refusal ? "no" : "yes";
        this.say(refusal);
        // A closed branch opens under what is held over it.
        if (!refusal) this.spring = setTimeout(() => this.open(item), 800);
      }
      if (refusal) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "move";
    }

    leave() {
      clearTimeout(this.spring);
      this.over?.removeAttribute("data-over");
      this.over = null;
    }

    dragleave(event) {
      if (this.over && !this.over.contains(event.relatedTarget) && event.target.closest("[role=treeitem]") === this.over) this.leave();
    }

    drop(event) {
      const item = event.target.closest?.("[role=treeitem][data-id]");
      if (!this.dragged || !item || this.refusal(item)) return;
      event.preventDefault();
      const url = new URL("move/", this.dragged.href);
      url.searchParams.set("to", item.dataset.id);
      this.go(this.dragged);
      htmx.ajax("GET", url.pathname + url.search, { target: "#dialog-content", swap: "innerHTML" });
    }

    dragend() {
      this.leave();
      this.dragged?.removeAttribute("data-dragged");
      this.dragged = null;
    }
  });

  // In the dialog to move: Enter in the search leads to the first place that was found, and sends nothing.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.("[data-places]")) return;
    event.preventDefault();
    document.querySelector("#move-places input[name=parent]:enabled")?.focus();
  });
})();
