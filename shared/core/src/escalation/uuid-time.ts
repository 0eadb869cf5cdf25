// uuid-time.ts — when something got its id: a UUIDv7's first 48 bits are ms since 1970

/** ms since 1970 of an id such as `act_018f…`. */
export const uuidTime = (id: string): number => {
  const uuid = id.slice(id.indexOf("_") + 1);
  return Number.parseInt(uuid.slice(0, 13).replace("-", ""), 16);
};
