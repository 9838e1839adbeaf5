// Send studies: drop pictures, folders or archives, or choose them; each shows how far it is.

import { BASE, FINAL, refusal, Refused, type Study } from "./api";
import { fill, h } from "./dom";
import { problem } from "./problem";
import { follow } from "./study";
import { capital, percent } from "./words";

/** The place to drop files on; `sent` is called when something of the worklist changes. */
export function dropZone(sent: () => void): HTMLElement {
  const list = h("ul", { class: "uploads", "aria-live": "polite" });
  const send = (files: File[]) => {
    if (files.length) void upload(files, list, sent);
  };
  const files = h("input", { type: "file", multiple: true, id: "files", class: "unseen", onchange: () => { send([...(files.files ?? [])]); files.value = ""; } });
  const folder = h("input", { type: "file", webkitdirectory: true, id: "folder", class: "unseen", onchange: () => { send([...(folder.files ?? [])]); folder.value = ""; } });
  const zone = h(
    "section",
    { class: "drop", "aria-label": "Send studies" },
    h("p", {}, "Drop a picture, a folder or a zip of DICOM here, or choose "),
    h("p", { class: "buttons" }, files, h("label", { for: "files", class: "button" }, "Files"), folder, h("label", { for: "folder", class: "button" }, "A folder")),
    list,
  );
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const entries = [...(event.dataTransfer?.items ?? [])].flatMap((item) => item.webkitGetAsEntry() ?? []);
    send((await Promise.all(entries.map(filesOf))).flat());
  });
  return zone;
}

async function upload(files: File[], list: HTMLElement, sent: () => void): Promise<void> {
  const bar = h("progress", { max: 1, value: 0, "aria-label": "Sending" });
  const told = h("span", {}, "Sending");
  const name = files.length === 1 ? files[0].name : `${files.length} files`;
  list.prepend(h("li", {}, h("b", {}, name), " ", bar, " ", told));
  try {
    const id = await post(files, (share) => {
      bar.value = share / 2;
      fill(told, share < 1 ? `Sending, ${percent(share)}` : "Taken in");
    });
    sent();
    follow(id, (study: Study) => {
      bar.value = 0.5 + study.progress / 2;
      fill(told, FINAL.has(study.state) ? h("a", { href: `#/study/${id}` }, result(study)) : capital(study.state));
      if (!FINAL.has(study.state)) return;
      bar.value = 1;
      sent();
    });
  } catch (error) {
    bar.remove();
    fill(told, problem(error));
  }
}

function result(study: Study): string {
  return study.decision ? `${capital(study.decision)}, ${percent(study.probability)}` : capital(study.state);
}

/** Send files in one form; XMLHttpRequest, for fetch does not say how much is sent. */
function post(files: File[], tell: (share: number) => void): Promise<string> {
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${BASE}/studies`);
    request.upload.onprogress = ({ loaded, total }) => tell(total ? loaded / total : 0);
    request.onload = () => {
      if (request.status === 202) resolve((JSON.parse(request.responseText) as Study).id);
      else reject(refusal(request.status, request.responseText));
    };
    request.onerror = () => reject(new Refused(0, "page.offline", "The service does not answer.", "Try again."));
    request.send(form);
  });
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside: File[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return inside;
    inside.push(...(await Promise.all(some.map(filesOf))).flat());
  }
}
