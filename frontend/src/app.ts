// The shell of the page: who is asking, which room is shown, and the notice that is always in view.

import { ask, type Session } from "./api";
import { fill, h } from "./dom";
import { help, listen } from "./keys";
import { showMonitoring } from "./monitoring";
import { problem } from "./problem";
import { showStudy } from "./study";
import { NOTICE } from "./words";
import { showWorklist } from "./worklist";

const room = h("main", { id: "room", tabindex: -1 });
const who = h("span", { class: "who" });
const keys = help();
const rooms = [h("a", { href: "#/" }, "Worklist"), h("a", { href: "#/monitoring" }, "Monitoring")];
let end = () => {};

async function enter(): Promise<void> {
  end();
  end = () => {};
  let session: Session;
  try {
    session = await ask<Session>("/session");
  } catch (error) {
    fill(room, problem(error));
    return;
  }
  greet(session);
  if (session.needs_token && session.name === null) {
    fill(room, logIn());
    return;
  }
  const [, place, id, answer] = location.hash.split("/");
  for (const link of rooms) link.toggleAttribute("aria-current", link.hash === `#/${place ?? ""}`);
  if (place === "study" && id) end = showStudy(room, id, Number(answer ?? 0));
  else if (place === "monitoring") end = showMonitoring(room);
  else end = showWorklist(room, session);
}

function greet({ needs_token: needsToken, name }: Session): void {
  const leave = async () => {
    await ask("/session", { method: "DELETE" });
    await enter();
  };
  fill(who, needsToken ? name : "this computer", needsToken && name ? h("button", { type: "button", onclick: leave }, "Log out") : null);
}

function logIn(): HTMLElement {
  document.title = "Hemoscope";
  const token = h("input", { type: "password", id: "token", autocomplete: "current-password", required: true });
  const said = h("p", { role: "status" });
  const send = async (event: Event) => {
    event.preventDefault();
    try {
      await ask<Session>("/session", { body: { token: token.value } });
      await enter();
    } catch (error) {
      fill(said, problem(error));
    }
  };
  return h("form", { class: "card login", onsubmit: send }, h("h1", {}, "Log in"), h("label", { for: "token" }, "Token"), token, h("button", {}, "Log in"), said);
}

document.body.append(
  h(
    "header",
    { class: "masthead" },
    h("a", { href: "#room", class: "skip", onclick: (event: Event) => { event.preventDefault(); room.focus(); } }, "To the content"),
    h("a", { href: "#/", class: "brand" }, "Hemoscope"),
    h("nav", { "aria-label": "Rooms" }, ...rooms),
    h("strong", { class: "notice" }, NOTICE),
    h("button", { type: "button", "aria-label": "Keys", onclick: () => keys.showModal() }, "?"),
    who,
  ),
  room,
  keys,
);
listen({ "?": () => keys.showModal() });
addEventListener("hashchange", () => {
  room.focus({ preventScroll: true }); // the link that led here is gone: go on by keyboard from the room's beginning
  void enter();
});
void enter();
