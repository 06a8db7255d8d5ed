import { partnerPlaces } from '../places.ts'

const lastPlace = new Map<string, string>()

/** Keeps where a person stood in the partner frame of this tab, so that leaving a tenant leads back there. */
export function rememberPlace(partnerId: string, address: string): void {
  // The address changes before the frame does, so that of a tenant may still be seen here.
  if (!address.startsWith(`/partner/${partnerId}/t/`)) lastPlace.set(partnerId, address)
}

/** Where a person goes who leaves a tenant: to the same place of the list that led in, else to the list. */
export function placeToReturnTo(partnerId: string): string {
  return lastPlace.get(partnerId) ?? partnerPlaces.tenants(partnerId)
}
