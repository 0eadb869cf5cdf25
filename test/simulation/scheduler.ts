// scheduler.ts — decides by seed which of the steps that could happen next does, and which process ends before or after it
// A step is one effect on the world outside of a process (a commit, a send). Between two steps real code runs as it is.

export interface Process {
  name: string;
  alive: boolean;
}

interface Step {
  process: Process;
  run(): void;
}

/** Something that may happen by itself: a job is taken, a policy published, a process killed. */
export interface Offer {
  weight: number;
  happen(): void;
}

export interface Scheduler {
  random(): number;
  /** An effect of a process: happens when it is its turn, and never if the process has ended by then. */
  io<T>(process: Process, effect: () => T): Promise<T>;
  kill(process: Process): void;
  steps(): number;
  /** Until nothing can happen any more. Throws when that takes more than `stepsMax`. */
  run(offers: () => Offer[], stepsMax: number): Promise<void>;
}

/** What a process does in memory between two effects, promises and all. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A turn is one of the steps this often, where there are any; else something happens by itself. */
const STEP_SHARE = 0.75;
/** A process that is to die does so right after its effect half of the time: done, and nobody was told. */
const AFTER_SHARE = 0.5;

export function createScheduler(random: () => number): Scheduler {
  let waiting: Step[] = [];
  let count = 0;
  const take = <T>(list: T[]): T => list.splice(Math.floor(random() * list.length), 1)[0] as T;
  /** processes whose next effect is their last */
  const doomed = new Set<Process>();

  const end = (process: Process) => {
    process.alive = false;
    waiting = waiting.filter((step) => step.process !== process);
  };

  return {
    random,
    steps: () => count,
    io: (process, effect) =>
      new Promise((resolve, reject) => {
        const run = () => {
          try {
            const result = effect();
            if (doomed.delete(process)) end(process);
            else resolve(result);
          } catch (error) {
            reject(error);
          }
        };
        if (process.alive) waiting.push({ process, run });
      }),
    kill(process) {
      const inFlight = waiting.some((step) => step.process === process);
      if (inFlight && random() < AFTER_SHARE) doomed.add(process);
      else end(process);
    },
    async run(offers, stepsMax) {
      for (let turn = 0; ; turn++) {
        await settled();
        const open = offers();
        if (waiting.length === 0 && open.length === 0) return;
        if (turn > stepsMax) throw new Error(`not at rest after ${stepsMax} steps`);
        count++;
        if (waiting.length > 0 && (open.length === 0 || random() < STEP_SHARE)) {
          take(waiting).run();
          continue;
        }
        let point = random() * open.reduce((sum, { weight }) => sum + weight, 0);
        const chosen = open.find(({ weight }) => {
          point -= weight;
          return point < 0;
        });
        (chosen ?? open[0])?.happen();
      }
    },
  };
}
