import type { PartnerId } from '@liaison/access'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { EffectiveConfiguration } from './effective.ts'
import type { EffectiveConfigurationBody } from './effective.ts'

/** A configuration with the version that it comes from; null while the platform's defaults are in force. */
export interface ConfigurationInForce {
  readonly document: EffectiveConfigurationBody
  readonly version: number | null
}

/**
 * What is in force for a partner: its active version merged with the platform's defaults, within the bounds of today.
 * A mandate of a partner or of its realm reads its own alone. Source: C2.
 */
export async function readConfigurationInForce(
  mandate: Mandate,
  partnerId: PartnerId,
): Promise<ConfigurationInForce> {
  const [result] = await runStatements(mandate, [
    { text: 'select document, version from access.read_configuration($1)', values: [partnerId] },
  ])
  const row = result?.rows[0]
  if (!row) throw new Error('The configuration of another partner was asked for.')
  const version = row['version']
  return {
    document: EffectiveConfiguration.parse(row['document']),
    version: typeof version === 'number' ? version : null,
  }
}
