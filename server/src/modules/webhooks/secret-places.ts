import { placeIn, SEALED_COLUMNS } from '#platform/credentials/sealed-columns.ts'
import type { SecretPlaces } from '#platform/outgoing/sealed-secret.ts'

/** Where the halves of an endpoint's secret are kept. */
export const ENDPOINT_PLACES: SecretPlaces = {
  secret: (id) => placeIn(SEALED_COLUMNS.webhookSecret, id),
  seed: (id) => placeIn(SEALED_COLUMNS.webhookSeed, id),
}
