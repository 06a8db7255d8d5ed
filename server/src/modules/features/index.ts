/**
 * Which parts of the product are on for which partner (C3): `feature_flag` is the rule, `feature_ramp_step` the
 * schedule, `partner_feature` the override and the partner's own choice, `feature_history` what became of them. Decided
 * in the process by flagd-core behind OpenFeature (decision 022) on a copy that a notification of the database renews;
 * a kill switch and an answer "why" go the same way. No other module is called.
 */

import type { FeatureSource } from '#platform/features.ts'
import type { Route } from '#platform/route.ts'
import './problems.ts'
import { ProcessCopy } from './process-copy.ts'
import type { Read } from './process-copy.ts'
import { featureRoutes } from './routes-admin.ts'
import { featureMoveRoutes } from './routes-moves.ts'
import { ownFeatureRoutes } from './routes-partner.ts'
import { featurePartnerRoutes } from './routes-partners.ts'

export { runFeatureClock } from './clock.ts'
export { startFeatures } from './keep-up.ts'
export { ProcessCopy } from './process-copy.ts'

/** The features as they are at this moment, for a command that decides once and ends. */
export async function readFeaturesOnce(read: Read): Promise<FeatureSource> {
  const copy = new ProcessCopy(read)
  await copy.readAll()
  return copy
}

/** Every route of features: which parts of the product are on for which partner, and why (C3). */
export const allFeatureRoutes: readonly Route[] = [
  ...featureRoutes,
  ...featureMoveRoutes,
  ...featurePartnerRoutes,
  ...ownFeatureRoutes,
]
