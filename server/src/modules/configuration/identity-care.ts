import type { PartnerId } from '@liaison/access'
import { askSecondPerson } from '#modules/approvals/index.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { findDifferences } from './difference.ts'
import type { Difference } from './difference.ts'
import { requireUsable } from './acts.ts'
import { readConfigurationInForce } from './read-store.ts'
import { changedMeanwhile, findPointer, getVersion, mergeDocument } from './store.ts'
import type { Activation } from './store.ts'

const isCare = ({ key }: Difference): boolean => key.path.join('/') === 'policies/kyc_four_eyes'

type Asking = Activation & { readonly kind: 'activate' | 'roll_back'; readonly origin: string }

/**
 * Asks a second person where a version lets one person decide about identities that two decided about before; null where it
 * does not. Throws CONFIGURATION_LOWERS_ALONE, since another person confirms one thing and not a whole configuration, and
 * SECOND_PERSON_WAITING. Source: C8.
 */
export async function askForLess(mandate: Mandate<'platform'>, partnerId: PartnerId, wanted: Asking) {
  const { version, kind, reason, origin } = wanted
  const { document: before } = await readConfigurationInForce(mandate, partnerId)
  if (!before.policies.kyc_four_eyes) return null
  const { document } = await getVersion(mandate, partnerId, version)
  const after = await mergeDocument(mandate, document)
  if (after.policies.kyc_four_eyes) return null
  await requireUsable(mandate, partnerId, document)
  const pointer = await findPointer(mandate, partnerId)
  if (pointer === null || pointer.version !== wanted.expectedVersion) throw changedMeanwhile()
  if (!findDifferences(before, after).every(isCare))
    throw new ProblemError(
      409,
      'CONFIGURATION_LOWERS_ALONE',
      'This version lets one person decide about identities and changes other things, too.',
    )
  return askSecondPerson(mandate, {
    kind: 'identity_care',
    partnerId,
    proposed: { version, replaces: pointer.active_version, after: pointer.version, kind },
    reason,
    origin,
  })
}
