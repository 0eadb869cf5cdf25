// sections.ts — what a card says, as data: every rendering (text, terminal, HTML, chat) is made from this one model

import type { Action, Attestable } from "@holdpoint/wire/action.ts";
import type { ChainStep, Question } from "@holdpoint/wire/approval.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { type Leaf, leaves } from "../redact/leaves.ts";
import { repeats, type SecretValue, type Span, secretValues } from "../redact/masks.ts";
import { secretSpans } from "../redact/redact.ts";
import { type CardItem, line, list, type Show } from "./card-item.ts";
import { atomItems, touchItems } from "./fact-items.ts";
import { visible, visibleKey, visibleLines } from "./visible.ts";

export interface CardSection {
  title: string;
  tone: "plain" | "warning" | "claim";
  items: CardItem[];
}
export interface CardInput {
  action: Action;
  facts: Facts;
  verdict: Verdict;
  /** what approvers asked, and what the agent's side said to it */
  questions?: readonly Pick<Question, "by" | "text" | "answer">[];
}

/** A text of one line beside its label, a longer one as a block below it. */
function prose(label: string, lines: string[], marks: string[]): CardItem {
  if (lines.length === 1) return { label, marks, layout: "line", lines };
  return { label, marks: [...marks, `${lines.length} lines`], layout: "block", lines };
}

const keyLabel = (path: readonly (string | number)[]): string =>
  path.map((part) => (typeof part === "number" ? String(part) : visibleKey(part, secretSpans(part)))).join("/");

function argumentItem(leaf: Leaf, masks: readonly Span[]): CardItem {
  const label = keyLabel(leaf.path);
  if (leaf.kind === "empty list" || leaf.kind === "empty object") return line(label, "", [leaf.kind]);
  if (leaf.kind !== "text") return line(label, String(leaf.value), [leaf.kind]);
  const text = String(leaf.value);
  if (text === "") return line(label, "", ["empty text"]);
  return prose(label, visibleLines(text, masks), ["text"]);
}

function argumentItems({ action, facts }: CardInput, values: readonly SecretValue[]): CardItem[] {
  const found = leaves(action.args as Json);
  if (found.length === 1 && found[0]?.path.length === 0) return [line("none", "", [])];
  return found.map((leaf) => {
    const text = String(leaf.value);
    const spans = [...facts.secrets.filter(({ at }) => at === leaf.at), ...repeats(text, values)];
    return argumentItem(leaf, spans);
  });
}

/** A context value with the word that says whether its credential vouches for it. */
const vouched = (action: Action, what: Attestable): string => (action.attested.includes(what) ? "attested" : "claimed");

function personItems({ action }: CardInput, show: Show): CardItem[] {
  const { principal } = action;
  const one = (label: string, what: Attestable, value: string | undefined) =>
    value === undefined ? [] : [line(label, show(value), [vouched(action, what)])];
  return [
    ...one("agent", "agent", principal.agent),
    ...one("on behalf of", "onBehalfOf", principal.onBehalfOf),
    ...one("team", "team", principal.team),
    ...(principal.roles ? [list("roles", principal.roles.map(show), [vouched(action, "roles")])] : []),
    ...one("app", "app", principal.app),
    ...one("workflow", "workflow", principal.workflow),
    line("session", show(action.session.id), ["claimed"]),
    ...(action.client === undefined ? [] : [line("client", show(action.client), ["claimed"])]),
    line("credential", show(action.credential)),
    ...(action.editedBy === undefined ? [] : [line("edited by", show(action.editedBy))]),
    ...(action.replaces === undefined ? [] : [line("replaces", show(action.replaces))]),
  ];
}

function placeItems({ action }: CardInput, show: Show): CardItem[] {
  const { environment, context, resource } = action;
  const one = (label: string, what: Attestable, value: string | undefined) =>
    value === undefined ? [] : [line(label, show(value), [vouched(action, what)])];
  const many = (label: string, what: Attestable, values: readonly string[] | undefined) =>
    values === undefined ? [] : [list(label, values.map(show), [vouched(action, what)])];
  return [
    ...one("environment", "environment.name", environment?.name),
    ...many("variables set", "environment.variables", environment?.variables),
    ...one("branch", "branch", context?.branch),
    ...one("resource type", "resource", resource?.type),
    ...one("resource path", "resource", resource?.path),
    ...one("classification", "classification", resource?.classification),
    ...one("home", "home", action.home),
    ...one("trust", "trust", action.trust),
    ...many("permissions", "permissions", action.permissions),
  ];
}

function reasonItems({ verdict }: CardInput, show: Show): CardItem[] {
  return [
    line("in short", show(verdict.reason)),
    ...(verdict.ask?.because ?? []).map(({ rule, reason }) => line("rule", show(`${rule}: ${reason}`))),
    ...verdict.findings.map(({ checker, severity, code, note, at }) =>
      line("finding", show(`${checker} ${code}: ${note}${at ? ` (at ${at})` : ""}`), [severity]),
    ),
    line("risk", `${verdict.risk.score} of 100`),
    ...verdict.risk.contributions.map(({ code, points }) => line("risk", `${points} points, ${visible(code)}`)),
  ];
}

const minutes = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} minutes` : `${ms / 1_000} seconds`);

const people = (quorum: number): string => (quorum === 1 ? "1 person" : `${quorum} different people`);

/** What a role that is called later is worth: the counting of votes says the same. */
function calledItem({ role, afterMs, quorum, vetoOnly }: ChainStep, severalAsked: boolean): CardItem {
  const may =
    vetoOnly === true || severalAsked
      ? "it may say no, and not yes"
      : quorum === undefined
        ? "a yes of it counts like theirs"
        : `a yes of ${people(quorum)} of it is enough in their place`;
  return line(`still open after ${minutes(afterMs)}`, `${visible(role)} is told as well; ${may}`);
}

function answerItems({ verdict }: CardInput): CardItem[] {
  const { ask } = verdict;
  if (ask === undefined) return [line("nobody", "this is not held")];
  const several = ask.requirements.length > 1;
  return [
    ...(several ? [line("all of these", `each of the ${ask.requirements.length} roles has to say yes`)] : []),
    ...ask.requirements.map(({ role, quorum }) => line("role", `${visible(role)}, ${people(quorum)}`)),
    ...(several ? [line("several roles", "who holds more than one of them answers for each")] : []),
    line("one no", "ends it, whoever has said yes"),
    line("within", `${minutes(ask.expiresMs)} of being asked, else it is denied`),
    ...ask.chain.map((step) => calledItem(step, several)),
    ...(ask.separation
      ? [line("not by", "the agent that asked, nor (in a fleet) its owner or whoever edited it")]
      : []),
  ];
}

function sandboxItems({ verdict }: CardInput): CardItem[] {
  const { sandbox, modifications } = verdict;
  const required = Object.entries(sandbox?.required ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const caps = Object.entries(modifications?.limits ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    line("recommended", sandbox?.recommended ?? "none"),
    ...required.map(([dimension, place]) => line(`required ${dimension}`, String(place))),
    ...caps.map(([cap, value]) => line(`limit ${cap}`, String(value))),
  ];
}

/** Each pin with what vouches for it. */
const PINNABLE = [
  ["audience", "audience"],
  ["toolVersion", "toolVersion"],
  ["cwd", "bindings"],
  ["executable", "bindings"],
  ["files", "bindings"],
  ["resolvedPaths", "bindings"],
  ["environmentHash", "bindings"],
] as const;

function pinItems({ action }: CardInput, show: Show): CardItem[] {
  const { bindings, audience, toolVersion } = action;
  const pins = { ...bindings, audience, toolVersion };
  const items = PINNABLE.flatMap(([name, by]): CardItem[] => {
    const value = pins[name];
    if (value === undefined) return [];
    const marks = [vouched(action, by)];
    if (typeof value === "string") return [line(`pinned ${name}`, show(value), marks)];
    return [
      list(
        `pinned ${name}`,
        value.map((each) =>
          typeof each === "string"
            ? show(each)
            : `${visible(each.sha256).replaceAll(" ", "\\u{20}")} ${show(each.path)}`,
        ),
        marks,
      ),
    ];
  });
  const missing = PINNABLE.map(([name]) => name).filter((name) => pins[name] === undefined);
  return [...items, ...(missing.length > 0 ? [line("NOT PINNED", missing.join(", "))] : [])];
}

function claimItems({ action }: CardInput, showLines: (text: string) => string[]): CardItem[] {
  const { plan, escalated, risk, usage } = action;
  const text = (label: string, value: string | undefined) =>
    value === undefined ? [] : [value === "" ? line(label, "", ["empty"]) : prose(label, showLines(value), [])];
  const many = (label: string, values: readonly string[] | undefined) =>
    values === undefined
      ? []
      : [
          list(
            label,
            values.map((value) => showLines(value).join("\\u{a}")),
          ),
        ];
  return [
    ...text("why", plan?.why),
    ...text("justification for escalating", escalated?.justification),
    ...many("inputs", plan?.inputs),
    ...many("sources", plan?.sources),
    ...(risk ?? []).map(({ signal, score }) => line("signal", `${score} of 100, ${showLines(signal).join("\\u{a}")}`)),
    ...(usage?.costUsd === undefined ? [] : [line("cost, USD", String(usage.costUsd))]),
    ...(usage?.modelCalls === undefined ? [] : [line("model calls", String(usage.modelCalls))]),
  ];
}

/** Words of people and of the agent's side: they inform, and never answer. */
function talkItems({ questions = [] }: CardInput, show: Show, showLines: (text: string) => string[]): CardItem[] {
  return questions.flatMap(({ by, text, answer }) => [
    line("asked by", show(by)),
    prose("question", showLines(text), []),
    ...(answer === undefined
      ? [line("not answered yet", "")]
      : [line("answered by", show(answer.by)), prose("answer", showLines(answer.text), [])]),
  ]);
}

/** The whole card in order: what runs first, the agent's own words last. Nothing of the time is in it: it is hashed. */
export function cardSections(input: CardInput): CardSection[] {
  const { action, facts } = input;
  const values = secretValues(action.args as Json, facts.secrets);
  // The facts know the secrets of the arguments; other texts are searched here, and repeat those of the arguments.
  const masks = (text: string) => [...repeats(text, values), ...secretSpans(text)];
  const showLines = (text: string) => visibleLines(text, masks(text));
  const show = (text: string) => visible(text, masks(text));
  const plain = (title: string, items: CardItem[]): CardSection => ({ title, tone: "plain", items });
  const claims = claimItems(input, showLines);
  const odd = facts.oddCharacters.length > 0 || facts.tool.deceptive;
  const sections: CardSection[] = [
    plain("What will run", [
      line("tool", show(action.tool), facts.tool.deceptive ? ["look-alike characters"] : []),
      ...(action.kind === "tool" ? [] : [line("kind", action.kind.replace("_", " "))]),
      ...(action.mode === "auto" ? [] : [line("mode", action.mode)]),
      action.cwd === undefined ? line("in folder", "", ["unknown"]) : line("in folder", show(action.cwd)),
    ]),
    plain("Arguments, exactly", argumentItems(input, values)),
    plain("Understood as", atomItems(facts, show)),
    plain("What it touches", touchItems(facts, show)),
    {
      title: "Odd characters",
      tone: "warning",
      items: odd
        ? [line("note", "this text holds characters that are easy to misread; they are spelled out as \\u{...}")]
        : [],
    },
    plain("Who asks", personItems(input, show)),
    plain("Where", placeItems(input, show)),
    { title: "Why it is held", tone: "warning", items: reasonItems(input, show) },
    plain("Who must answer", answerItems(input)),
    plain("Sandbox", sandboxItems(input)),
    { title: "What is pinned", tone: "warning", items: pinItems(input, show) },
    { title: "Claimed by the agent", tone: "claim", items: claims },
    { title: "Asked and answered", tone: "claim", items: talkItems(input, show, showLines) },
  ];
  return sections.filter(({ items }) => items.length > 0);
}
