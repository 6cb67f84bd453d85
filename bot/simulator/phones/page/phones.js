// The page of phones. It shows the messages that the server tells of, and posts what the person does. It decides nothing.

const $ = (selector, within = document) => within.querySelector(selector);
const kronor = new Intl.NumberFormat("sv-SE", { style: "currency", currency: "SEK", minimumFractionDigits: 2 });
const languageNames = new Intl.DisplayNames(["sv"], { type: "language", fallback: "code" });
const STATUSES = { queued: "på väg", sent: "skickat", delivered: "levererat", undelivered: "kom inte fram", failed: "kom inte fram" };
const ATTACHMENTS = { photo: "Bild", voice: "Röst", sticker: "Klistermärke" };

const chosen = new Map(); // customer number -> the part of the page that shows it
let setup;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function languageName(code) {
  return code === "sv-easy" ? "lätt svenska" : languageNames.of(code);
}

function spoken(code) {
  return code === "sv-easy" ? "sv" : code; // the lang attribute has no code for easy Swedish
}

function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

function say(place, sentence) {
  place.textContent = sentence;
  place.hidden = !sentence;
}

async function answerOf(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error || `Servern svarade ${response.status}.`);
  return body;
}

async function read(path) {
  return answerOf(await fetch(`api/${path}`));
}

async function act(part, name, asked) {
  const wrong = $(":scope > .wrong", part.article);
  try {
    const response = await fetch(`api/customers/${encodeURIComponent(part.ref)}/${name}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked),
    });
    show(part, await answerOf(response));
    say(wrong, "");
    return true;
  } catch (error) {
    say(wrong, error.message);
    return false;
  }
}

// Choosing customers

let searches = 0;

async function list() {
  const search = ++searches;
  const found = await read(`customers?search=${encodeURIComponent($("#search").value)}`);
  if (search !== searches) return; // a later search has been made
  $("#found").textContent = found.length ? count(found.length, "kund visas", "kunder visas") : "Ingen kund hittades.";
  $("#customers").replaceChildren(...found.map((customer) => {
    const button = make("button", { type: "button", "aria-pressed": String(chosen.has(customer.ref)) },
      customer.ref,
      make("small", {}, [customer.provider, languageName(customer.language), ...customer.channels].filter(Boolean).join(" · ")));
    button.addEventListener("click", () => (chosen.has(customer.ref) ? remove(customer.ref) : choose(customer.ref, true)));
    button.dataset.ref = customer.ref;
    return make("li", {}, button);
  }));
}

function mark() {
  for (const button of document.querySelectorAll("#customers button")) {
    button.setAttribute("aria-pressed", String(chosen.has(button.dataset.ref)));
  }
  $("#empty").hidden = chosen.size > 0;
  history.replaceState(null, "", `#${[...chosen.keys()].map(encodeURIComponent).join(",")}`);
  total();
}

async function choose(ref, look = false) {
  if (chosen.has(ref)) return;
  const article = $("#customer").content.cloneNode(true).firstElementChild;
  const part = { ref, article, phones: new Map(), seen: "" };
  chosen.set(ref, part);
  prepare(part);
  mark();
  try {
    const view = await read(`customers/${encodeURIComponent(ref)}`);
    if (chosen.get(ref) !== part) return; // removed meanwhile
    $("#stage").append(article); // only once it is complete: no button works before
    show(part, view);
    say($("#wrong"), "");
    if (look) article.scrollIntoView({ block: "nearest" });
  } catch (error) {
    remove(ref);
    say($("#wrong"), error.message);
  }
}

function remove(ref) {
  chosen.get(ref)?.article.remove();
  chosen.delete(ref);
  mark();
}

// One customer

function prepare(part) {
  const { article, ref } = part;
  const form = $(".ask", article);
  $("h2", article).textContent = ref;
  article.setAttribute("aria-label", `Kund ${ref}`);
  form.language.append(...setup.languages.map((code) => make("option", { value: code }, languageName(code))));
  form.survey.append(...Object.entries(setup.surveys).map(([id, name]) => make("option", { value: id }, name)));
  if (setup.surveys.start) form.survey.value = "start";
  form.language.addEventListener("change", () => act(part, "language", { language: form.language.value }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(part, "start", { enrolment: form.enrolment.value, survey: form.survey.value, channel: form.channel.value });
  });
  $(".end", article).addEventListener("click", () => act(part, "end", {}));
  $(".connect", article).addEventListener("click", () => act(part, "telegram", {}));
  $(".remove", article).addEventListener("click", () => remove(ref));
}

function show(part, view) {
  const seen = JSON.stringify(view);
  if (seen === part.seen) return;
  const first = part.seen === "";
  part.seen = seen;
  part.view = view;
  const form = $(".ask", part.article);
  if (first) {
    form.enrolment.append(...view.enrolments.map((each) => make("option", { value: each.ref },
      `${each.ref} · ${each.provider} · ${each.started_on}${each.ended_on ? `–${each.ended_on}` : ""}`)));
  }
  if (document.activeElement !== form.language) form.language.value = view.language;
  $(".end", part.article).hidden = !view.conversations.some((each) => each.outcome === "");
  $(".connect", part.article).hidden = view.phones.some((each) => each.channel === "telegram");
  for (const phone of view.phones) {
    const { section } = phoneOf(part, phone);
    if (!section.isConnected) $(".phones", part.article).append(section); // a section that is moved loses focus and scroll position
    fill(phoneOf(part, phone), phone);
  }
  $(".talks", part.article).replaceChildren(...talks(view.conversations));
  total();
}

function talks(conversations) {
  if (!conversations.length) return [make("p", { class: "soft" }, "Inga samtal än.")];
  return conversations.map((each) => make("div", { class: each.outcome ? "talk" : "talk open" },
    make("strong", {}, each.name),
    make("p", {}, `${[each.enrolment, each.trial ? "" : each.period].filter(Boolean).join(" ")} · ${languageName(each.language)} · ${each.became}`),
    ...(each.trial ? [make("p", {}, "Ställd en gång till, på prov: räknas inte i rapporten.")] : []),
    make("dl", {}, ...each.answers.flatMap((answer) => [
      make("dt", {}, answer.question),
      make("dd", { dir: "auto" }, answer.skipped ? "överhoppad" : [answer.value, answer.text].filter((said) => said !== null).join(" · ") || "inget"),
    ])),
    ...(each.cases.length ? [make("p", {}, `Ärende: ${each.cases.join(", ")}`)] : [])));
}

// One phone

function phoneOf(part, { channel, address }) {
  const key = `${channel} ${address}`;
  if (!part.phones.has(key)) part.phones.set(key, build(part, channel, address));
  return part.phones.get(key);
}

function build(part, channel, address) {
  const section = $("#phone").content.cloneNode(true).firstElementChild;
  const name = channel === "sms" ? "SMS" : "Telegram";
  section.classList.add(channel);
  section.setAttribute("aria-label", `${name}, kund ${part.ref}`);
  $("h3", section).textContent = channel === "sms" ? setup.sender : `@${setup.bot}`;
  $(".face", section).textContent = channel === "sms" ? "☎" : "N";
  $(".address", section).textContent = `${name} · ${channel === "sms" ? address : `chatt ${address}`}`;
  const messages = $(".messages", section);
  messages.setAttribute("aria-label", `Meddelanden i ${name}, kund ${part.ref}`);
  messages.dataset.empty = "Inga meddelanden än.";
  const form = $(".write", section);
  const field = $("textarea", form);
  field.setAttribute("aria-label", `Svar i ${name}, kund ${part.ref}`);
  field.maxLength = setup.longest;
  const to = { channel, address };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value;
    if (!text.trim()) return field.focus();
    field.value = "";
    if (!(await act(part, "write", { ...to, text }))) field.value = text;
    field.focus();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  if (channel === "telegram") {
    $(".extra", form).hidden = false;
    $(".extra", form).append(...Object.entries(ATTACHMENTS).map(([kind, label]) => {
      const button = make("button", { type: "button" }, label);
      button.addEventListener("click", () => act(part, "attach", { ...to, kind }));
      return button;
    }));
  }
  return { part, section, messages, to, shown: new Map() };
}

function fill(phone, view) {
  const { section, messages, shown } = phone;
  const atEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 40;
  let added = false;
  for (const message of view.messages) {
    const seen = JSON.stringify(message);
    const before = shown.get(message.id);
    if (before?.seen === seen) continue;
    const focused = before?.item.contains(document.activeElement) ? document.activeElement.dataset.data : null;
    const item = bubble(phone, message);
    if (before) before.item.replaceWith(item);
    else messages.append(item);
    if (focused) $(`[data-data="${CSS.escape(focused)}"]`, item)?.focus();
    shown.set(message.id, { seen, item });
    added = true;
  }
  if (added && (atEnd || shown.size === view.messages.length)) messages.scrollTop = messages.scrollHeight;
  const state = $(".state", section);
  state.hidden = view.state === "active";
  state.textContent = view.state_name;
  $(".total", section).textContent = view.channel === "sms"
    ? `${count(view.sent, "SMS", "SMS")} till kunden, ${count(view.parts, "del", "delar")}, ${kronor.format(view.sek)}`
    : `${count(view.sent, "meddelande", "meddelanden")} till kunden, ${kronor.format(0)}`;
}

function bubble(phone, message) {
  const item = make("li", { class: message.author });
  item.append(make("div", { class: "bubble", dir: "auto", lang: message.language && spoken(message.language) }, message.text));
  if (message.buttons?.length) {
    item.append(make("div", { class: "keys", lang: spoken(message.language) }, ...message.buttons.map((row) => make("div", {},
      ...row.map((button) => {
        const key = make("button", { type: "button", dir: "auto", "aria-pressed": String(button.tapped), "data-data": button.data }, button.text);
        key.addEventListener("click", () => act(phone.part, "tap", { ...phone.to, message: message.id, data: button.data }));
        return key;
      })))));
  }
  if (message.parts) {
    const why = message.offender ? ` (${message.offender})` : "";
    const words = [message.alphabet + why, count(message.parts, "del", "delar"), kronor.format(message.sek), STATUSES[message.status] ?? message.status];
    item.append(make("div", { class: message.parts > 1 ? "meta dear" : "meta" }, words.join(" · ")));
  }
  return item;
}

function total() {
  const phones = [...chosen.values()].flatMap((part) => part.view?.phones ?? []).filter((phone) => phone.channel === "sms");
  const sum = (name) => phones.reduce((all, phone) => all + phone[name], 0);
  $("#sum").hidden = chosen.size === 0;
  $("#sum").textContent = `Alla telefoner här: ${count(sum("sent"), "SMS", "SMS")}, ${count(sum("parts"), "del", "delar")}, ${kronor.format(sum("sek"))}.`;
}

// Starting, and following changes

async function refresh() {
  const shown = [...chosen.values()].filter((part) => part.article.isConnected);
  await Promise.all(shown.map(async (part) => {
    try {
      show(part, await read(`customers/${encodeURIComponent(part.ref)}`));
    } catch (error) {
      say($(":scope > .wrong", part.article), error.message);
    }
  }));
}

async function begin() {
  setup = await read("setup");
  const links = $("#links");
  links.append(...setup.links.map(([name, address]) => make("a", { href: address }, name)));
  links.hidden = !setup.links.length;
  $("#search").addEventListener("input", list);
  const before = location.hash.slice(1).split(",").filter(Boolean).map(decodeURIComponent);
  await list();
  for (const ref of before) await choose(ref);
  const events = new EventSource("api/events");
  events.onmessage = () => { say($("#wrong"), ""); refresh(); };
  events.onerror = () => say($("#wrong"), "Ingen kontakt med servern. Sidan försöker igen.");
}

begin().catch((error) => say($("#wrong"), error.message));
