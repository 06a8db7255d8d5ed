import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

type Operating = Mandate<'system'>

const BATCH = 1000

/** A partner that is there already. */
export interface KnownPartner {
  readonly id: string
  readonly status: string
  /** Whether the address is its own by more than its own word: the provider wrote it, or somebody of the partner signs in with it. */
  readonly is_proven: boolean
}

async function readAll<Row>(
  mandate: Operating,
  text: string,
  { values = [], row }: { readonly values?: readonly unknown[]; readonly row: z.ZodType<Row> },
): Promise<Row[]> {
  const [result] = await runStatements(mandate, [{ text, values: [...values] }])
  return z.array(row).parse(result?.rows ?? [])
}

const batches = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  )

/** All partners by the address of their contact. */
export async function listPartnersByEmail(mandate: Operating): Promise<Map<string, KnownPartner[]>> {
  const rows = await readAll(
    mandate,
    `select p.id, p.contact_email, p.status, not p.contact_set_by_partner
         or not exists (select from partner_member m where m.partner_id = p.id)
         or exists (select from partner_member m join person x on x.id = m.person_id
           where m.partner_id = p.id and m.status = 'active' and lower(x.email) = p.contact_email) as is_proven
       from partner p where p.contact_email is not null`,
    {
      row: z.object({
        id: z.string(),
        contact_email: z.string(),
        status: z.string(),
        is_proven: z.boolean(),
      }),
    },
  )
  return Map.groupBy(rows, ({ contact_email: email }) => email)
}

/** The short names that partners have. */
export async function listSlugs(mandate: Operating): Promise<Set<string>> {
  const rows = await readAll(mandate, 'select slug from partner', { row: z.object({ slug: z.string() }) })
  return new Set(rows.map(({ slug }) => slug))
}

/** Whose these codes are; `reserved` for words that nobody gets, nothing for those that are free. */
export async function listCodeOwners(
  mandate: Operating,
  codes: readonly string[],
): Promise<Map<string, string>> {
  const rows = await readAll(
    mandate,
    `select w.code, coalesce(c.partner_id::text, 'reserved') as owner
     from unnest($1::text[]) w (code) left join referral_code c on c.code = w.code
     where c.code is not null or access.is_reserved_code(w.code)`,
    { values: [codes], row: z.object({ code: z.string(), owner: z.string() }) },
  )
  return new Map(rows.map(({ code, owner }) => [code, owner]))
}

const ADD_PARTNERS = `insert into partner (name, slug, kinds, contact_email, country, website, onboarding_date)
  select i.name, i.slug, array['referral'], i.email, i.country, i.website, coalesce(i."joinedOn", (now() at time zone 'utc')::date)
  from jsonb_to_recordset($1::jsonb) as i (name text, slug text, email text, country text, website text, "joinedOn" date)
  returning id, name`

/** What is said of a partner that is new. */
export interface NewPartner {
  readonly name: string
  readonly slug: string
  readonly email: string
  readonly country: string | null
  readonly website: string | null
  readonly joinedOn: string | null
}

/** Registers partners, active as those that the provider registers by hand. */
export async function insertPartners(
  mandate: Operating,
  partners: readonly NewPartner[],
): Promise<{ id: string; name: string }[]> {
  const made: { id: string; name: string }[] = []
  for (const batch of batches(partners))
    made.push(
      ...(await readAll(mandate, ADD_PARTNERS, {
        values: [JSON.stringify(batch)],
        row: z.object({ id: z.string(), name: z.string() }),
      })),
    )
  return made
}

const ADD_CODES = `insert into referral_code (partner_id, code, created_by, created_by_name, created_side, label, campaign)
  select i."partnerId", i.code, access.context_id('actor_id'), $2, 'provider', i.label, i.campaign
  from jsonb_to_recordset($1::jsonb) as i ("partnerId" uuid, code text, label text, campaign text)
  returning id, code, partner_id`

/** What is said of a code that is new. */
export interface NewCode {
  readonly partnerId: string
  readonly code: string
  readonly label: string | null
  readonly campaign: string | null
}

const MadeCode = z.object({ id: z.string(), code: z.string(), partner_id: z.string() })

/** Makes codes on behalf of partners. */
export async function insertCodes(
  mandate: Operating,
  codes: readonly NewCode[],
  byName: string,
): Promise<z.output<typeof MadeCode>[]> {
  const made: z.output<typeof MadeCode>[] = []
  for (const batch of batches(codes))
    made.push(
      ...(await readAll(mandate, ADD_CODES, { values: [JSON.stringify(batch), byName], row: MadeCode })),
    )
  return made
}

/** What is said of a referral that another program knew. */
export interface NewReferral {
  /** Where the line stands among those handed in. */
  readonly place: number
  readonly known_by: string
  readonly known_as: string
  readonly source: string | null
  readonly partner_id: string
  readonly code_id: string | null
  readonly referred_on: string
  readonly first_paid_on: string | null
  readonly paid_through: string | null
  readonly contact_email: string | null
  readonly reference: string
}

const TakenReferral = z.object({
  place: z.int(),
  fault: z.string().nullable(),
  of_tenant: z.string().nullable(),
  tenant_source: z.string().nullable(),
  is_new: z.boolean(),
})

/** Refers tenants as another program did. Answers for each why it cannot be; the caller undoes all of it then. */
export async function insertReferrals(
  mandate: Operating,
  referrals: readonly NewReferral[],
): Promise<z.output<typeof TakenReferral>[]> {
  const taken: z.output<typeof TakenReferral>[] = []
  for (const batch of batches(referrals))
    taken.push(
      ...(await readAll(mandate, 'select * from access.import_referrals($1::jsonb)', {
        values: [JSON.stringify(batch)],
        row: TakenReferral,
      })),
    )
  return taken
}

/** The ids of these codes. */
export async function listCodeIds(
  mandate: Operating,
  codes: readonly string[],
): Promise<Map<string, { readonly id: string; readonly partnerId: string }>> {
  const rows = await readAll(
    mandate,
    'select id, code, partner_id from referral_code where code = any ($1)',
    {
      values: [codes],
      row: MadeCode,
    },
  )
  return new Map(rows.map(({ id, code, partner_id: partnerId }) => [code, { id, partnerId }]))
}
