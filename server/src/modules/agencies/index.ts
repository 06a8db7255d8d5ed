/**
 * Agencies of a tenant and their forms (E1, E6, E11, E12): `agency`, `form`, and the two credentials, `form_token` for
 * a public page and `agency_key` for a server. Only keyed digests are kept and a token is shown once. A credential is a
 * delegation of the tenant, so a freeze and the stop of all access reach it. Where a form was shown is in `form_visit`,
 * where a credential was found in `leak_report`. No other module is called; the door that forms come through is the
 * module `embed`.
 */

import type { KeyObject } from 'node:crypto'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { agencyRecordRoutes } from './routes-agencies.ts'
import { makeFormRoutes } from './routes-forms.ts'
import { makeLeakRoutes } from './routes-leaks.ts'
import { agencyReachRoutes } from './routes-reach.ts'
import { makeTokenRoutes } from './routes-tokens.ts'
import type { EmbedPlaces } from './snippets.ts'
import { formTokenPepper } from './token.ts'

/** What the embed adds: where it stands. */
export interface AgencyOptions {
  readonly places?: () => EmbedPlaces
}

/** Every route of agencies, their forms, form tokens and server keys (E1, E6, E11, E12). */
export function makeAgencyRoutes(services: Services, options: AgencyOptions = {}): readonly Route[] {
  let pepper: KeyObject | undefined
  const parts = {
    pepper: () => (pepper ??= formTokenPepper(services.vault)),
    places:
      options.places ??
      (() => ({
        origin: services.publicOrigin(),
        loaderPath: '/v1/embed.js',
        pinnedPath: '/v1/embed.js',
        integrity: '',
        previewPath: '/e/preview',
      })),
  }
  return [
    ...agencyRecordRoutes,
    ...agencyReachRoutes,
    ...makeFormRoutes(parts),
    ...makeTokenRoutes(parts),
    ...makeLeakRoutes(parts),
  ]
}

export { runAgencyClock } from './clock.ts'
export { mountLeakReportCheck, readLeakReportKeys } from './leak-signature.ts'
export type { LeakReportKeys } from './leak-signature.ts'
export { stopForms } from './stop-all.ts'
export type { FormConfig } from './config.ts'
export type { EmbedPlaces } from './snippets.ts'
export {
  credentialKindOf,
  digestFormToken,
  formTokenPepper,
  makeAgencyKey,
  makeFormToken,
  parseFormToken,
} from './token.ts'
