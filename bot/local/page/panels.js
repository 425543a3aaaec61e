// The controls that the real Slack does not have: the clock, the user switcher and the faults. And a form for a new channel.
import { get, send, showError } from "./api.js";
import { busy } from "./elements.js";
import { h, popup, replaceContent } from "./dom.js";
import { avatar, icons } from "./messages.js";
import { directory } from "./mrkdwn.js";
import { LOCALE, phrase } from "./words.js";

// Shows the workspace clock with its controls. Returns a function that updates the time shown.
// now() returns the workspace time; moved() is called after the clock was moved.
export function clockBar(now, moved) {
  const time = h("time.now", {});
  const updateTime = () => {
    const moment = now();
    time.dateTime = moment.toISOString();
    const options = { month: innerWidth < 760 ? "numeric" : "long", day: "numeric", weekday: "short", hour: "numeric", minute: "2-digit" };
    time.textContent = new Intl.DateTimeFormat(LOCALE, { timeZone: directory.zone, ...options }).format(moment);
    time.title = `${phrase("clock")} · ${directory.zone}`;
  };
  updateTime();
  const move = (body) => send("clock", body, "PUT").then(moved).catch(showError);
  const morning = (event) => busy(event.currentTarget, () => move({ to: "morning" }));
  const setClock = (event) => {
    const field = h("input.field", { type: "datetime-local", value: wallClock(now(), directory.zone), "aria-label": phrase("clock") });
    const close = popup(event.currentTarget, h("form.panel", {
      onsubmit: (submitted) => {
        submitted.preventDefault();
        close();
        if (field.value) move({ now: instantAt(field.value, directory.zone).toISOString() });
      },
    }, h("b", {}, phrase("clock")), h("small.faint", {}, directory.zone), field, h("button.button.primary", {}, phrase("set"))));
  };
  replaceContent("clock",
    h("button.bare.when", { type: "button", title: phrase("set_clock"), "aria-label": phrase("set_clock"), "aria-haspopup": "dialog", onclick: setClock }, icons.clock(), time),
    h("button.pill", { type: "button", id: "next-morning", onclick: morning, title: phrase("next_morning") }, icons.sunrise(), h("span", {}, phrase("next_morning"))));
  return updateTime;
}

// Shows the current user, and a menu to act as somebody else. switchUser(id) is called with the choice.
export function userSwitcher(people, me, switchUser) {
  const mine = people.find((user) => user.id === me);
  const open = (event) => {
    const close = popup(event.currentTarget, [
      h(".popup-title", {}, phrase("acting_as")),
      ...people.filter((user) => !user.is_bot).map((user) =>
        h(user.id === me ? "button.choice.person.current" : "button.choice.person", {
          type: "button", role: "menuitemradio", "aria-checked": String(user.id === me), onclick: () => { close(); switchUser(user.id); },
        }, avatar(user), h("span", {}, h("b", {}, user.real_name), h("small", {}, `${phrase(user.is_admin ? "admin" : "person")} · ${user.locale} · ${user.tz}`)))),
    ], { menu: true });
  };
  replaceContent("switcher", h("button.bare.me", { type: "button", "aria-haspopup": "menu", "aria-label": `${phrase("acting_as")} ${mine.real_name}`, onclick: open },
    avatar(mine), h("span.who", {}, h("b", {}, mine.real_name), h("small", {}, phrase(mine.is_admin ? "admin" : "person"))), icons.down()));
}

// Opens a form that creates a channel. created(id) is called with the new channel.
export function newChannelForm(anchor, created) {
  const name = h("input.field", { placeholder: "reading-group", maxLength: 80, "aria-label": phrase("channel_name") });
  const isPrivate = h("input", { type: "checkbox" });
  const close = popup(anchor, h("form.panel", {
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        const { channel } = await send("channels", { name: name.value, private: isPrivate.checked });
        close();
        created(channel.id);
      } catch (error) {
        showError(error);
      }
    },
  }, h("b", {}, phrase("add_channel")), name, h("label.option", {}, isPrivate, phrase("channel_private")), h("button.button.primary", {}, phrase("create"))));
}

// Opens a form with the probability of each fault. saved(setting) is called with the new setting.
export async function faultsPanel(anchor, saved) {
  const setting = await get("faults");
  const methods = ["*", "chat.postMessage", "chat.update", "conversations.history", "conversations.replies", "views.open"];
  const odds = structuredClone(setting.odds);
  const method = h("select.field", { "aria-label": phrase("faults_method"), onchange: () => rows() },
    methods.map((name) => h("option", { value: name }, name === "*" ? phrase("faults_all") : name)));
  const table = h(".odds");
  const rows = () => replaceContent(table, setting.known.map((fault) => {
    const field = h("input.field", { type: "number", min: 0, max: 1, step: 0.01, value: odds[method.value]?.[fault] ?? 0, onchange: () => { (odds[method.value] ||= {})[fault] = Number(field.value); } });
    return h("label", {}, h("span", {}, phrase(fault)), field, h("small.faint", {}, setting.counts[fault] ? `×${setting.counts[fault]}` : ""));
  }));
  rows();
  const save = async (edited) => {
    const positive = Object.fromEntries(Object.entries(edited).map(([name, faults]) => [name, Object.fromEntries(Object.entries(faults).filter(([, probability]) => probability > 0))]).filter(([, faults]) => Object.keys(faults).length));
    close();
    try {
      saved(await send("faults", { ...setting, odds: positive }));
    } catch (error) {
      showError(error);
    }
  };
  const close = popup(anchor, h(".panel.faults", {}, h("b", {}, phrase("faults")), h("small.faint", {}, phrase("faults_about")), method, table,
    h(".buttons", {}, h("button.button", { type: "button", onclick: () => save({}) }, phrase("faults_off")), h("button.button.primary", { type: "button", onclick: () => save(odds) }, phrase("faults_save")))));
}

// What a clock in the zone shows at a moment, as the value of a datetime-local field.
function wallClock(moment, zone) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(moment).replace(" ", "T");
}

// The instant at which a clock in the zone shows this. Corrects a guess twice, since the offset depends on the instant.
function instantAt(shown, zone) {
  const wanted = Date.parse(`${shown}Z`);
  let guess = wanted;
  for (let turn = 0; turn < 2; turn += 1) guess += wanted - Date.parse(`${wallClock(new Date(guess), zone)}Z`);
  return new Date(guess);
}
