/** A replay some of whose keys nothing opens any more. Pure. */
export interface KeyedPart {
  /** Seconds from the beginning. */
  start: number;
  decryptdata: { uri: string } | null;
}

/** Seconds at which playing can go on after a part whose key is lost: where the next key begins; null when none does. */
export function afterLost(parts: readonly KeyedPart[], lost: KeyedPart): number | null {
  const later = parts.find((part) => part.start > lost.start && part.decryptdata?.uri !== lost.decryptdata?.uri);
  return later ? later.start : null;
}
