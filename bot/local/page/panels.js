// The workspace's own controls, which Slack does not have: clock, who one is, faults, a new channel.
import { complain, get, send } from "./api.js";
import { busy } from "./elements.js";
import { fill, h, popup } from "./dom.js";
import { avatar, icons } from "./messages.js";
import { names } from "./mrkdwn.js";
import { LOCALE, say } from "./words.js";

export function clockBar(now, moved) {
  const shown = h("time.now", {});
  const tick = () => {
    const moment = now();
    shown.dateTime = moment.toISOString();
    const options = { month: innerWidth < 760 ? "numeric" : "long", day: "numeric", weekday: "short", hour: "numeric", minute: "2-digit" };
    shown.textContent = new Intl.DateTimeFormat(LOCALE, { timeZone: names.zone, ...options }).format(moment);
    shown.title = `${say("clock")} · ${names.zone}`;
  };
  tick();
  const move = (body) => send("clock", body, "PUT").then(moved).catch(complain);
  const morning = (event) => busy(event.currentTarget, () => move({ to: "morning" }));
  const custom = (event) => {
    const field = h("input.field", { type: "datetime-local", value: wall(now(), names.zone), "aria-label": say("clock") });
    const shut = popup(event.currentTarget, h("form.panel", {
      onsubmit: (submitted) => {
        submitted.preventDefault();
        shut();
        if (field.value) move({ now: instant(field.value, names.zone).toISOString() });
      },
    }, h("b", {}, say("clock")), h("small.faint", {}, names.zone), field, h("button.button.primary", {}, say("set"))));
  };
  fill("clock",
    h("button.bare.when", { type: "button", title: say("set_clock"), "aria-label": say("set_clock"), "aria-haspopup": "dialog", onclick: custom }, icons.clock(), shown),
    h("button.pill", { type: "button", id: "next-morning", onclick: morning, title: say("next_morning") }, icons.sunrise(), h("span", {}, say("next_morning"))));
  return tick;
}

export function switcher(people, me, become) {
  const mine = people.find((one) => one.id === me);
  const open = (event) => {
    const shut = popup(event.currentTarget, [
      h(".popup-title", {}, say("acting_as")),
      ...people.filter((one) => !one.is_bot).map((one) =>
        h(one.id === me ? "button.choice.person.current" : "button.choice.person", {
          type: "button", role: "menuitemradio", "aria-checked": String(one.id === me), onclick: () => { shut(); become(one.id); },
        }, avatar(one), h("span", {}, h("b", {}, one.real_name), h("small", {}, `${say(one.is_admin ? "admin" : "person")} · ${one.locale} · ${one.tz}`)))),
    ], { menu: true });
  };
  fill("switcher", h("button.bare.me", { type: "button", "aria-haspopup": "menu", "aria-label": `${say("acting_as")} ${mine.real_name}`, onclick: open },
    avatar(mine), h("span.who", {}, h("b", {}, mine.real_name), h("small", {}, say(mine.is_admin ? "admin" : "person"))), icons.down()));
}

export function newChannel(anchor, opened) {
  const name = h("input.field", { placeholder: "reading-group", maxLength: 80, "aria-label": say("channel_name") });
  const secret = h("input", { type: "checkbox" });
  const shut = popup(anchor, h("form.panel", {
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        const { channel } = await send("channels", { name: name.value, private: secret.checked });
        shut();
        opened(channel.id);
      } catch (error) {
        complain(error);
      }
    },
  }, h("b", {}, say("add_channel")), name, h("label.option", {}, secret, say("channel_private")), h("button.button.primary", {}, say("create"))));
}

export async function faultsPanel(anchor, saved) {
  const now = await get("faults");
  const methods = ["*", "chat.postMessage", "chat.update", "conversations.history", "conversations.replies", "views.open"];
  const odds = structuredClone(now.odds);
  const method = h("select.field", { "aria-label": say("faults_method"), onchange: () => rows() },
    methods.map((one) => h("option", { value: one }, one === "*" ? say("faults_all") : one)));
  const table = h(".odds");
  const rows = () => fill(table, now.known.map((fault) => {
    const field = h("input.field", { type: "number", min: 0, max: 1, step: 0.01, value: odds[method.value]?.[fault] ?? 0, onchange: () => { (odds[method.value] ||= {})[fault] = Number(field.value); } });
    return h("label", {}, h("span", {}, say(fault)), field, h("small.faint", {}, now.counts[fault] ? `×${now.counts[fault]}` : ""));
  }));
  rows();
  const save = async (all) => {
    const kept = Object.fromEntries(Object.entries(all).map(([name, faults]) => [name, Object.fromEntries(Object.entries(faults).filter(([, chance]) => chance > 0))]).filter(([, faults]) => Object.keys(faults).length));
    shut();
    try {
      saved(await send("faults", { ...now, odds: kept }));
    } catch (error) {
      complain(error);
    }
  };
  const shut = popup(anchor, h(".panel.faults", {}, h("b", {}, say("faults")), h("small.faint", {}, say("faults_about")), method, table,
    h(".buttons", {}, h("button.button", { type: "button", onclick: () => save({}) }, say("faults_off")), h("button.button.primary", { type: "button", onclick: () => save(odds) }, say("faults_save")))));
}

function wall(moment, zone) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(moment).replace(" ", "T");
}

// The instant at which clocks in the zone show this; found by correcting a first guess twice.
function instant(shown, zone) {
  const wanted = Date.parse(`${shown}Z`);
  let guess = wanted;
  for (let turn = 0; turn < 2; turn += 1) guess += wanted - Date.parse(`${wall(new Date(guess), zone)}Z`);
  return new Date(guess);
}
