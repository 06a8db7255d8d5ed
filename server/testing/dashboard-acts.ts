import { encodeId } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { EMBED_ORIGIN } from './embed-acts.ts'
import type { Somebody } from './referral-acts.ts'
import type { TestWorld } from './world.ts'

/** A site of the provider that shows dashboards. */
export const PRODUCT_ORIGIN = 'https://app.provider.example'

/** The provider switches the dashboard on or off, and names the sites, from now on. */
export async function embedDashboard(
  world: TestWorld,
  { isOn = true, origins = [PRODUCT_ORIGIN] }: { isOn?: boolean; origins?: readonly string[] } = {},
): Promise<void> {
  await world.seed(
    `insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name, embeds_dashboard, dashboard_origins, created_at)
     select max(version) + 1, false, 365, 'Test', $1, $2, clock_timestamp() from program_setting`,
    [isOn, [...origins]],
  )
}

/** A key of the provider's product, made as an administrator makes it. */
export async function makeProductKey(
  world: TestWorld,
  admin: Somebody,
  makesTokens = true,
): Promise<{ id: string; key: string }> {
  const made = await world.call(admin.caller, 'POST', '/api/v1/admin/ingest-keys', {
    body: { name: 'Product', source: 'product', makes_dashboard_tokens: makesTokens },
  })
  if (made.statusCode !== 200 && made.statusCode !== 201) throw new Error(made.body)
  const body = made.json<{ key_id: string; key: string }>()
  return { id: body.key_id, key: body.key }
}

/** The product asks for the token of a partner. */
export const askForToken = (world: TestWorld, key: string, partner: PartnerId) =>
  world.app.http.inject({
    method: 'POST',
    url: '/api/v1/ingest/dashboard-tokens',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    payload: JSON.stringify({ partner_id: encodeId('partner', partner) }),
  })

let serial = 0
const newAddress = (): string => `10.77.${(serial += 1) >> 8}.${serial & 255}`

/** A browser loads the document in a frame on this site. */
export const loadFrame = (world: TestWorld, site: string | null = PRODUCT_ORIGIN, language = 'en') =>
  world.app.http.inject({
    url: `/e/dashboard?lang=${language}`,
    remoteAddress: newAddress(),
    headers: { 'sec-fetch-dest': 'iframe', ...(site !== null && { referer: `${site}/partners` }) },
  })

/** The ticket that the document on this site holds. */
export async function ticketOfFrame(world: TestWorld, site?: string): Promise<string> {
  const { body } = await loadFrame(world, site)
  return /"ticket":"([^"]+)"/.exec(body)?.[1] ?? ''
}

/** The frame asks for the figures of its token. */
export const readFigures = (
  world: TestWorld,
  token: string,
  { ticket, origin = EMBED_ORIGIN }: { ticket: string; origin?: string },
) =>
  world.app.http.inject({
    method: 'POST',
    url: '/embed/v1/dashboard',
    remoteAddress: newAddress(),
    headers: { authorization: `Bearer ${token}`, origin, 'x-embed-ticket': ticket },
  })
