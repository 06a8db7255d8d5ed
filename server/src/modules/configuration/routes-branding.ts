import type { PartnerId } from '@liaison/access'
import { z } from 'zod'
import { sentBytes } from '#platform/http/file-body.ts'
import { noteRead, recordEvent } from '#platform/mandate.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { answerInForce, putInForce, readActiveDocument, refuseMissingImage } from './acts.ts'
import { BrandingSection } from './document.ts'
import { getLogo, keepLogo } from './logo-store.ts'
import type { Logo } from './logo-store.ts'
import { ImageBody, ImageInput, ImageParams, InForceBody, PartnerParams, StoredDocument } from './schemas.ts'
import { getPartnerName, insertVersion } from './store.ts'
import type { ConfigurationMandate } from './store.ts'

const ADMIN = '/api/v1/admin/partners/:partner_id/configuration'
const OWN = '/api/v1/partner/configuration'
const AdminImageParams = ImageParams.extend({ partner_id: publicId('partner') }).strict()

const toImage = ({ sha256, mediaType, width, height }: Logo) => ({
  sha256,
  media_type: mediaType,
  width,
  height,
})

const Picture = z.string().meta({ description: 'The bytes of the image, with its own Content-Type.' })

/** An image as a file; what it is was read from its own bytes when it came in. */
async function answerImage(mandate: ConfigurationMandate, partnerId: PartnerId, sha256: string) {
  const { bytes, media_type: mediaType } = await getLogo(mandate, partnerId, sha256)
  return sentBytes(bytes, { 'Content-Type': mediaType })
}

const imageRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: `${ADMIN}/images`,
    summary: "Hand in an image for a partner's branding",
    input: { params: PartnerParams, body: ImageInput },
    bodyLimitBytes: 98_304,
    access: { permission: 'platform.configuration.manage' },
    limit: 'write',
    problems: ['PARTNER_UNKNOWN', 'IMAGE_NOT_USABLE'],
    responses: { 201: ImageBody },
    async handle({ mandate, params, body }) {
      const label = await getPartnerName(mandate, params.partner_id)
      const logo = await keepLogo(mandate, params.partner_id, Buffer.from(body.data, 'base64'))
      recordEvent(mandate, {
        action: 'configuration.image',
        partnerId: params.partner_id,
        partnerName: label,
        resource: { type: 'partner', id: params.partner_id, label },
        changes: { sha256: logo.sha256 },
      })
      return toImage(logo)
    },
  }),
  route({
    method: 'GET',
    path: `${ADMIN}/images/:sha256`,
    summary: "An image of a partner's branding",
    input: { params: AdminImageParams },
    access: { permission: 'platform.configuration.read' },
    limit: 'detail',
    problems: ['IMAGE_NOT_FOUND'],
    responses: { 200: Picture },
    handle: ({ mandate, params }) => answerImage(mandate, params.partner_id, params.sha256),
  }),
  route({
    method: 'POST',
    path: `${OWN}/images`,
    summary: "Hand in an image for your organisation's branding",
    input: { body: ImageInput },
    bodyLimitBytes: 98_304,
    access: { permission: 'partner_org.branding.manage' },
    limit: 'write',
    problems: ['IMAGE_NOT_USABLE'],
    responses: { 201: ImageBody },
    async handle({ mandate, body }) {
      const { id, name: label } = mandate.partner
      const logo = await keepLogo(mandate, id, Buffer.from(body.data, 'base64'))
      recordEvent(mandate, {
        action: 'configuration.image',
        resource: { type: 'partner', id, label },
        changes: { sha256: logo.sha256 },
      })
      return toImage(logo)
    },
  }),
  route({
    method: 'GET',
    path: `${OWN}/images/:sha256`,
    summary: "An image of your organisation's branding",
    input: { params: ImageParams },
    access: { permission: 'partner_org.configuration.read' },
    limit: 'detail',
    problems: ['IMAGE_NOT_FOUND'],
    responses: { 200: Picture },
    handle: ({ mandate, params }) => answerImage(mandate, mandate.partner.id, params.sha256),
  }),
]

const ownRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: OWN,
    summary: "Your organisation's configuration as it is in force",
    input: {},
    access: { permission: 'partner_org.configuration.read' },
    limit: 'detail',
    responses: { 200: InForceBody },
    async handle({ mandate }) {
      const answer = await answerInForce(mandate, mandate.partner.id)
      noteRead(mandate, {
        action: 'configuration.read',
        resource: { type: 'partner', id: mandate.partner.id, label: mandate.partner.name },
      })
      return answer
    },
  }),
  route({
    method: 'PUT',
    path: `${OWN}/branding`,
    summary: 'Change how your own pages look; the rest of the configuration stays as it is',
    input: { body: BrandingSection },
    access: { permission: 'partner_org.branding.manage' },
    limit: 'write',
    ifMatch: true,
    problems: ['CONFIGURATION_OUTDATED'],
    responses: { 200: InForceBody },
    async handle({ mandate, body, expectedVersion }) {
      const { id } = mandate.partner
      const { document: before } = await readActiveDocument(mandate, id)
      const document = { ...StoredDocument.parse(before), branding: body }
      await refuseMissingImage(mandate, id, { logo: body.logo, pointer: '/body/logo' })
      const version = await insertVersion(mandate, id, { document, note: null })
      await putInForce(mandate, id, {
        version,
        kind: 'branding',
        reason: 'The look was changed.',
        expectedVersion,
      })
      return answerInForce(mandate, id)
    },
  }),
]

/** The routes about branding, and by which a partner reads its own configuration. Source: C2. */
export const brandingRoutes: readonly Route[] = [...imageRoutes, ...ownRoutes]
