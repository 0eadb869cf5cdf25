// git-settings.ts — `key=value` for git: settings that make it run something (rulings §B5)

import { type Call, opaque, runs, sets } from "./call.ts";
import type { Word } from "./shell/word.ts";
import { gitSettingRuns } from "./variables.ts";

/** A setting given as one word, `key=value`, or as two. */
export function gitSetting(call: Call, word: Word, value?: Word): void {
  const known = word.text ?? word.known;
  const equals = known.indexOf("=");
  const key = equals < 0 ? known : known.slice(0, equals);
  if (word.text === null && equals < 0) {
    opaque(call, "a setting of git that is not known before the run");
    return;
  }
  const kind = gitSettingRuns(key);
  if (!kind) return;
  sets(call, `git:${key.toLowerCase()}`);
  runs(call, "git-setting");
  const text =
    value ??
    (equals < 0
      ? undefined
      : {
          ...word,
          text: word.text === null ? null : known.slice(equals + 1),
          known: known.slice(equals + 1),
          raw: known.slice(equals + 1),
        });
  if (!text || kind !== "command") return;
  // An alias that begins with `!` is a shell text; without it, it is a git command.
  if (key.toLowerCase().startsWith("alias.")) {
    const alias = text.text ?? text.known;
    if (alias.startsWith("!")) call.nested.shell(from(text, 1), "git");
    else
      call.nested.shell(
        { ...text, text: text.text === null ? null : `git ${text.text}`, known: `git ${text.known}` },
        "git",
      );
    return;
  }
  const command = text.text ?? text.known;
  // A helper is named, not called: only `!` or a path makes it a command of its own.
  if (key.toLowerCase().endsWith(".helper") && !/^[!/~.]/.test(command)) return;
  if (/^[\w./+-]*$/.test(command)) return;
  call.nested.shell(command.startsWith("!") ? from(text, 1) : text, "git");
}

const from = (word: Word, at: number): Word => ({
  ...word,
  text: word.text === null ? null : word.text.slice(at),
  known: word.known.slice(at),
  raw: word.known.slice(at),
});
