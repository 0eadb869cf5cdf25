// bells.ts — rings when something happened for a tenant, so that event streams look at once instead of in a second

export interface Bells {
  /** Aborted at the next ring. */
  next(tenant: string): AbortSignal;
  ring(tenant: string): void;
  ringAll(): void;
}

export function createBells(): Bells {
  const bells = new Map<string, AbortController>();
  function ring(tenant: string): void {
    const bell = bells.get(tenant);
    bells.delete(tenant);
    bell?.abort();
  }
  return {
    next(tenant) {
      const bell = bells.get(tenant) ?? new AbortController();
      bells.set(tenant, bell);
      return bell.signal;
    },
    ring,
    ringAll: () => {
      for (const tenant of [...bells.keys()]) ring(tenant);
    },
  };
}
