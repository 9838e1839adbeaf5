// What a reader says of a study.

import { ask, type Study, type Verdict } from "./api";
import { fill, h } from "./dom";
import { problem } from "./problem";
import { capital, moment } from "./words";

const SUBTYPES = ["epidural", "intraparenchymal", "intraventricular", "subarachnoid", "subdural"];

/** The form of a study, with the verdicts that were given. */
export function verdicts(study: Study): HTMLElement {
  const given = h("ol", { class: "verdicts" });
  const said = h("p", { role: "status" });
  const reason = h("textarea", { id: "reason", rows: 2, maxlength: 2000 });
  const sees = SUBTYPES.map((name) => h("input", { type: "checkbox", name: "subtype", value: name, id: `sees-${name}` }));
  const disagreement = h(
    "div",
    { class: "disagreement" },
    h(
      "fieldset",
      {},
      h("legend", {}, "What you see (nothing: no hemorrhage)"),
      ...sees.map((box) => h("label", { for: box.id }, box, ` ${capital(box.value)}`)),
    ),
    h("label", { for: "reason" }, "Reason"),
    reason,
  );
  const send = async (body: object) => {
    try {
      const { opinion } = await ask<Verdict>(`/studies/${study.id}/verdicts`, { body });
      fill(said, `Kept: you ${opinion}.`);
      if (disagreement.contains(document.activeElement)) other.focus();
      disagreement.hidden = true;
      await refresh();
    } catch (error) {
      fill(said, problem(error));
    }
  };
  const disagree = () => {
    const subtypes = sees.filter((box) => box.checked).map((box) => box.value);
    const has_hemorrhage = subtypes.length > 0 || study.decision !== "positive";
    return send({ opinion: "disagree", reason: reason.value || null, subtypes, has_hemorrhage });
  };
  disagreement.append(h("button", { type: "button", id: "send", onclick: disagree }, "Send"));
  disagreement.hidden = true;
  const open = () => {
    disagreement.hidden = false;
    reason.focus();
  };
  const other = h("button", { type: "button", id: "disagree", onclick: open }, "Disagree ", h("kbd", {}, "D"));
  const refresh = async () => {
    const { verdicts: all } = await ask<{ verdicts: Verdict[] }>(`/studies/${study.id}/verdicts`);
    fill(
      given,
      ...all.map(({ opinion, reason: why, subtypes, reader, given_at }) =>
        h(
          "li",
          {},
          h("b", {}, capital(opinion)),
          ` · ${reader} · ${moment(given_at)}`,
          subtypes.length ? ` · ${subtypes.join(", ")}` : "",
          why ? h("q", {}, why) : null,
        ),
      ),
    );
  };
  refresh().catch((error) => fill(said, problem(error)));
  return h(
    "section",
    { class: "card", "aria-label": "Verdict" },
    h("h2", {}, "Your verdict"),
    h(
      "div",
      { class: "buttons" },
      h("button", { type: "button", id: "agree", onclick: () => send({ opinion: "agree" }) }, "Agree ", h("kbd", {}, "A")),
      other,
    ),
    disagreement,
    said,
    given,
  );
}
