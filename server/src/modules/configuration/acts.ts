import type { PartnerId } from '@liaison/access'
import { noteRead, recordEvent } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import type { FieldFaultBody } from '#platform/problem.ts'
import { parseInputs } from '#platform/route-input.ts'
import { sentAt } from '#platform/route.ts'
import { findDifferences } from './difference.ts'
import type { Difference } from './difference.ts'
import { ConfigurationDocument } from './document.ts'
import type { ConfigurationDocumentBody } from './document.ts'
import { getLogo } from './logo-store.ts'
import { readConfigurationInForce } from './read-store.ts'
import { toComparison, toInForce, versionOf } from './schemas.ts'
import {
  activateVersion,
  countImpact,
  findPointer,
  getPartnerName,
  getVersion,
  insertVersion,
  mergeDocument,
} from './store.ts'
import type { Activation, ConfigurationMandate, NewVersion, Pointer } from './store.ts'

/** What the version in force says itself; nothing while the defaults are. */
export async function readActiveDocument(
  mandate: ConfigurationMandate,
  partnerId: PartnerId,
): Promise<{ pointer: Pointer | null; document: unknown }> {
  const pointer = await findPointer(mandate, partnerId)
  if (pointer === null) return { pointer, document: {} }
  return { pointer, document: (await getVersion(mandate, partnerId, pointer.active_version)).document }
}

/** The answer that tells what is in force, with its ETag. */
export async function answerInForce(mandate: ConfigurationMandate, partnerId: PartnerId) {
  const label = await getPartnerName(mandate, partnerId)
  const { pointer, document } = await readActiveDocument(mandate, partnerId)
  const { document: effective } = await readConfigurationInForce(mandate, partnerId)
  noteRead(mandate, {
    action: 'configuration.read',
    resource: { type: 'partner', id: partnerId, label },
  })
  return sentAt(toInForce(partnerId, { pointer, document, effective }), versionOf(pointer))
}

/** Refuses a document that names an image which was never handed in. */
export async function refuseMissingImage(
  mandate: ConfigurationMandate,
  partnerId: PartnerId,
  named: { readonly logo: string | null | undefined; readonly pointer: string },
): Promise<void> {
  const { logo, pointer } = named
  if (logo === undefined || logo === null) return
  try {
    await getLogo(mandate, partnerId, logo)
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const errors: FieldFaultBody[] = [
      { pointer, code: 'IMAGE_NOT_FOUND', detail: 'No image with this digest was handed in.' },
    ]
    throw inputRefused(errors, { cause: error })
  }
}

/** A stored document, if today's bounds still take it. Throws CONFIGURATION_OUTDATED with all faults. */
function parseStored(document: unknown): ConfigurationDocumentBody {
  try {
    parseInputs({ body: ConfigurationDocument }, { params: undefined, query: undefined, body: document })
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    throw new ProblemError(
      422,
      'CONFIGURATION_OUTDATED',
      'The platform no longer allows what this version says; nothing was changed.',
      { errors: error.extras.errors ?? [], cause: error },
    )
  }
  return ConfigurationDocument.parse(document)
}

/** Refuses a stored document that could not be put in force today. Throws CONFIGURATION_OUTDATED and VALIDATION_ERROR. */
export async function requireUsable(
  mandate: ConfigurationMandate,
  partnerId: PartnerId,
  document: unknown,
): Promise<void> {
  const { branding } = parseStored(document)
  await refuseMissingImage(mandate, partnerId, { logo: branding?.logo, pointer: '/body/version' })
}

function changesOf(differences: readonly Difference[]): Record<string, unknown> {
  return Object.fromEntries(
    differences.map(({ key, before, after }) => [key.path.join('/'), { before, after }]),
  )
}

/** Compares what a document would come to with what is in force. */
export async function compareWithActive(
  mandate: ConfigurationMandate,
  partnerId: PartnerId,
  document: unknown,
) {
  const { document: before, version } = await readConfigurationInForce(mandate, partnerId)
  const differences = findDifferences(before, await mergeDocument(mandate, document))
  return toComparison({ from: version, to: null }, differences, await countImpact(mandate, partnerId))
}

/** Saves a document as the next version; nothing is in force by that. */
export async function saveVersion(
  mandate: ConfigurationMandate,
  partnerId: PartnerId,
  added: NewVersion & { readonly document: ConfigurationDocumentBody },
): Promise<number> {
  const label = await getPartnerName(mandate, partnerId)
  await refuseMissingImage(mandate, partnerId, {
    logo: added.document.branding?.logo,
    pointer: '/body/document/branding/logo',
  })
  if (added.basedOn) await getVersion(mandate, partnerId, added.basedOn)
  const version = await insertVersion(mandate, partnerId, added)
  recordEvent(mandate, {
    action: 'configuration.save',
    partnerId,
    partnerName: label,
    resource: { type: 'partner', id: partnerId, label },
    changes: { version: { before: null, after: version } },
    ...(added.note !== null && { reason: added.note }),
  })
  return version
}

/**
 * Refuses a version that was drafted from another one than is in force, unless whoever activates it says that it is to take
 * that one's place: otherwise what the one in force changed would be undone by somebody who never read it. Throws
 * CONFIGURATION_BASE_STALE.
 */
export async function requireBase(
  mandate: ConfigurationMandate,
  partnerId: PartnerId,
  { version, replaces }: { readonly version: number; readonly replaces: number | undefined },
): Promise<void> {
  const { based_on: base } = await getVersion(mandate, partnerId, version)
  const active = (await findPointer(mandate, partnerId))?.active_version ?? null
  if (active === null || active === version || base === active || replaces === active) return
  const from = base === null ? 'the defaults' : `version ${base}`
  throw new ProblemError(
    409,
    'CONFIGURATION_BASE_STALE',
    `Version ${version} was drafted from ${from}; version ${active} is in force.`,
  )
}

/** Puts a version in force and says what that changed. Throws PRECONDITION_FAILED, CONFIGURATION_OUTDATED or CONFIGURATION_ALREADY_ACTIVE. */
export async function putInForce(
  mandate: ConfigurationMandate,
  partnerId: PartnerId,
  activation: Activation,
): Promise<void> {
  const label = await getPartnerName(mandate, partnerId)
  const row = await getVersion(mandate, partnerId, activation.version)
  const { document: before, version: previous } = await readConfigurationInForce(mandate, partnerId)
  if (previous === activation.version)
    throw new ProblemError(409, 'CONFIGURATION_ALREADY_ACTIVE', 'This version is in force already.')
  await requireUsable(mandate, partnerId, row.document)
  await activateVersion(mandate, partnerId, activation)
  const { document: after } = await readConfigurationInForce(mandate, partnerId)
  recordEvent(mandate, {
    action: `configuration.${activation.kind}`,
    partnerId,
    partnerName: label,
    resource: { type: 'partner', id: partnerId, label },
    changes: {
      version: { before: previous, after: activation.version },
      ...changesOf(findDifferences(before, after)),
    },
    reason: activation.reason,
  })
}
