const lastPlace = new Map<string, string>()

/** Keeps where a person stood in the partner frame of this tab, so that leaving a tenant leads back there. */
export function rememberPlace(partnerId: string, address: string): void {
  lastPlace.set(partnerId, address)
}

export function recallPlace(partnerId: string): string | null {
  return lastPlace.get(partnerId) ?? null
}
