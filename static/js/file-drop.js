/* <file-drop>: sends a file to staging in chunks, goes on after a broken connection, then submits its form.
   Without script the form sends the file by itself. */
const PARALLEL = 2;
const TRIES = 8;

class FileDrop extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.input = this.querySelector("input[type=file]");
    this.status = this.querySelector("[data-status]");
    this.progress = this.querySelector("progress");
    this.problem = this.querySelector("[data-problem]");
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.form.addEventListener("submit", (event) => this.onSubmit(event), { signal });
    this.input.addEventListener("change", () => this.send(), { signal });
    this.addEventListener("dragover", (event) => this.onDrag(event, true), { signal });
    this.addEventListener("dragleave", (event) => this.onDrag(event, false), { signal });
    this.addEventListener("drop", (event) => this.onDrop(event), { signal });
    window.addEventListener("beforeunload", (event) => { if (this.sending) event.preventDefault(); }, { signal });
    this.querySelector("[data-cancel]").addEventListener("click", () => this.cancel(), { signal });
  }

  disconnectedCallback() {
    this.listeners.abort();
    this.transfer?.abort();
  }

  onDrag(event, over) {
    event.preventDefault();
    this.toggleAttribute("data-over", over);
  }

  onDrop(event) {
    this.onDrag(event, false);
    const files = event.dataTransfer.files;
    if (files.length !== 1) return this.fail("Drop one file at a time.");
    this.input.files = files;
    return this.send();
  }

  onSubmit(event) {
    if (this.done) return;
    event.preventDefault();
    this.send();
  }

  cancel() {
    this.transfer?.abort();
    this.sending = false;
    this.removeAttribute("data-sending");
    this.input.value = "";
    this.say("Cancelled. Nothing was sent to Domo.");
    this.input.focus();
  }

  say(text) { this.status.textContent = text; }

  fail(text) {
    this.sending = false;
    this.removeAttribute("data-sending");
    this.problem.hidden = false;
    this.problem.querySelector("[data-text]").textContent = text;
    this.problem.focus();
  }

  async send() {
    const file = this.input.files[0];
    if (!file || this.sending) return;
    this.problem.hidden = true;
    this.sending = true;
    this.setAttribute("data-sending", "");
    this.transfer = new AbortController();
    this.sent = new Map();
    this.started = performance.now();
    try {
      const staged = await this.announce(file);
      await this.sendChunks(file, staged);
      this.sending = false;
      this.done = true;
      this.say("Sent. Opening the check ...");
      this.form.querySelector("[name=staged_file]").value = staged.id;
      this.input.disabled = true;
      HTMLFormElement.prototype.submit.call(this.form);
    } catch (error) {
      if (error.name !== "AbortError") this.fail(error.message);
    }
  }

  get token() { return this.form.querySelector("[name=csrfmiddlewaretoken]").value; }

  async announce(file) {
    const body = new URLSearchParams({ name: file.name, size: file.size });
    const answer = await fetch(this.dataset.createUrl, { method: "POST", body, headers: { "X-CSRFToken": this.token }, signal: this.transfer.signal });
    const content = await answer.json().catch(() => ({ message: `The server answered ${answer.status}.` }));
    if (!answer.ok) throw new Error(content.message);
    return content;
  }

  async sendChunks(file, staged) {
    const left = [...staged.missing];
    const worker = async () => {
      for (let number = left.shift(); number !== undefined; number = left.shift()) {
        await this.sendChunk(file, staged, number);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  }

  async sendChunk(file, staged, number) {
    const start = (number - 1) * staged.chunk_bytes;
    const piece = file.slice(start, Math.min(file.size, start + staged.chunk_bytes));
    for (let tries = 1; ; tries += 1) {
      const answer = await this.put(staged.chunk_url.replace(/0\/$/, `${number}/`), piece, (loaded) => this.show(number, loaded, file.size));
      if (answer.status === 204) return this.show(number, piece.size, file.size);
      if (answer.status >= 400 && answer.status < 500 || answer.status === 507) throw new Error(answer.message);
      if (tries === TRIES) throw new Error("The connection to DomoAdmin is lost. Choose the file again when it is back.");
      this.say("The connection is interrupted; trying again ...");
      await this.pause(Math.min(15000, 500 * 2 ** tries));
    }
  }

  pause(milliseconds) {
    return new Promise((resolve, reject) => {
      const { signal } = this.transfer;
      const timer = setTimeout(resolve, milliseconds);
      signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
    });
  }

  put(url, body, onProgress) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const { signal } = this.transfer;
      if (signal.aborted) { reject(signal.reason); return; }
      signal.addEventListener("abort", () => { request.abort(); reject(signal.reason); }, { once: true });
      request.open("PUT", url);
      request.setRequestHeader("X-CSRFToken", this.token);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
      request.addEventListener("load", () => resolve({ status: request.status, message: FileDrop.messageOf(request) }));
      request.addEventListener("error", () => resolve({ status: 0 }));
      request.send(body);
    });
  }

  static messageOf(request) {
    try { return JSON.parse(request.responseText).message; } catch { return `The server answered ${request.status}.`; }
  }

  show(number, loaded, total) {
    this.sent.set(number, loaded);
    const done = [...this.sent.values()].reduce((sum, bytes) => sum + bytes, 0);
    const seconds = (performance.now() - this.started) / 1000;
    this.progress.max = total;
    this.progress.value = done;
    const rate = done / Math.max(seconds, 0.001);
    this.say(`${FileDrop.bytes(done)} of ${FileDrop.bytes(total)}, ${FileDrop.bytes(rate)}/s`);
  }

  static bytes(count) {
    const units = ["B", "kB", "MB", "GB"];
    let power = 0;
    let value = count;
    while (value >= 1000 && power < 3) { value /= 1000; power += 1; }
    return `${value.toFixed(power > 1 ? 1 : 0)} ${units[power]}`;
  }
}

customElements.define("file-drop", FileDrop);
