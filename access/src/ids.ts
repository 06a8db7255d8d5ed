/**
 * The three-letter prefix of each kind of public id. Append-only: a prefix in a customer's records never changes
 * its meaning. Source: access.md section 7.
 */
export const ID_PREFIXES = {
  person: 'psn',
  partner: 'par',
  tenant: 'ten',
  billing_account: 'ban',
  link: 'lnk',
  delegation: 'dlg',
  member: 'pmb',
  tenant_member: 'tmb',
  invoice: 'inv',
  payment: 'pay',
  subscriber: 'sub',
  ticket: 'tkt',
  comment: 'cmt',
  outage: 'out',
  audit_event: 'evt',
  explain: 'exp',
  freeze: 'frz',
  change_request: 'chg',
  session: 'ses',
  request: 'req',
  invitation: 'ivt',
  ingest_key: 'igk',
  operation: 'opn',
  override: 'ovr',
  elevation: 'elv',
  assignment: 'asg',
  team: 'tea',
  tenant_group: 'grp',
  consent: 'con',
  resale: 'rsl',
  commercial_relationship: 'crl',
  order: 'ord',
  order_item: 'oit',
  service: 'svc',
  gateway: 'gtw',
  consent_request: 'crq',
  access_request: 'arq',
  backchannel_request: 'bcr',
  consent_ask: 'cak',
  api_client: 'cli',
  export: 'xpo',
  alert: 'alr',
  alert_rule: 'arl',
  dispute: 'dsp',
  sla_policy: 'slp',
  passkey: 'psk',
  webhook_endpoint: 'whe',
  webhook_delivery: 'whd',
  outbox_message: 'obx',
  import_run: 'imp',
  checkpoint: 'chk',
  saved_view: 'svw',
  partner_account: 'acc',
  partner_home: 'hom',
  link_template: 'ltp',
  application: 'app',
  configuration_version: 'cfg',
  feature_flag: 'flg',
  end_user: 'usr',
  end_user_session: 'eus',
  identity_check: 'kyc',
  plan: 'pln',
  plan_version: 'plv',
  subscription: 'scn',
  subscription_hold: 'hld',
  usage_consequence: 'uco',
  program: 'prg',
  agreement: 'agr',
  agreement_template: 'agt',
  referral_code: 'rcd',
  referral: 'ref',
  referral_click: 'clk',
  billing_event: 'bev',
  earning: 'ern',
  earning_statement: 'stm',
  payout_account: 'pac',
  tax_document: 'txd',
  payout_batch: 'pbt',
  payout_item: 'pit',
  risk_case: 'rsk',
  agency: 'agy',
  form: 'fom',
  form_token: 'ftk',
  agency_key: 'agk',
  voucher: 'vch',
  voucher_type: 'vct',
  second_person_request: 'spr',
  signal_stream: 'sst',
  deal: 'dea',
  assisted: 'asd',
  invitation_code: 'ivc',
} as const

/** A kind of record that has a public id. */
export type IdKind = keyof typeof ID_PREFIXES

declare const idKind: unique symbol

/** A canonical lower-case UUID that names one record of this kind; the form used inside and in the database. */
export type IdOf<Kind extends IdKind> = string & { readonly [idKind]: Kind }

export type PersonId = IdOf<'person'>
export type PartnerId = IdOf<'partner'>
export type TenantId = IdOf<'tenant'>
export type BillingAccountId = IdOf<'billing_account'>
export type LinkId = IdOf<'link'>
export type DelegationId = IdOf<'delegation'>
export type MemberId = IdOf<'member'>
export type TenantMemberId = IdOf<'tenant_member'>
export type InvoiceId = IdOf<'invoice'>
export type PaymentId = IdOf<'payment'>
export type SubscriberId = IdOf<'subscriber'>
export type TicketId = IdOf<'ticket'>
export type CommentId = IdOf<'comment'>
export type OutageId = IdOf<'outage'>
export type AuditEventId = IdOf<'audit_event'>
export type ExplainId = IdOf<'explain'>
export type FreezeId = IdOf<'freeze'>
export type ChangeRequestId = IdOf<'change_request'>
export type SessionId = IdOf<'session'>
export type RequestId = IdOf<'request'>
export type InvitationId = IdOf<'invitation'>
export type IngestKeyId = IdOf<'ingest_key'>
export type OperationId = IdOf<'operation'>
export type ClientId = IdOf<'api_client'>
export type ConsentId = IdOf<'consent'>
export type ResaleId = IdOf<'resale'>
export type OrderId = IdOf<'order'>
export type ServiceId = IdOf<'service'>

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const SUFFIX = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/

function isUuidOf<Kind extends IdKind>(_kind: Kind, text: string): text is IdOf<Kind> {
  return UUID.test(text)
}

/** Brands a canonical UUID that the database produced. Throws for anything else, since that is a fault of ours. */
export function idFromUuid<Kind extends IdKind>(kind: Kind, uuid: string): IdOf<Kind> {
  if (!isUuidOf(kind, uuid)) throw new Error(`Not a canonical UUID for a ${kind}.`)
  return uuid
}

function toBase32(hex: string, length: number): string {
  let value = Number.parseInt(hex, 16)
  let text = ''
  for (let index = 0; index < length; index += 1) {
    text = ALPHABET.charAt(value & 31) + text
    value >>>= 5
  }
  return text
}

function toHex(base32: string, length: number): string {
  let value = 0
  for (const letter of base32) value = value * 32 + ALPHABET.indexOf(letter)
  return value.toString(16).padStart(length, '0')
}

/**
 * The public form of an id: prefix, underscore and 26 characters of lower-case base32, in the order of the UUID.
 * Source: TypeID specification 0.3; access.md section 7.
 */
export function encodeId<Kind extends IdKind>(kind: Kind, id: IdOf<Kind>): string {
  const hex = id.replaceAll('-', '')
  // 130 bits hold the 128: the first two letters carry one byte, each later four letters carry 20 bits.
  let text = toBase32(hex.slice(0, 2), 2)
  for (let at = 2; at < 32; at += 5) text += toBase32(hex.slice(at, at + 5), 4)
  return `${ID_PREFIXES[kind]}_${text}`
}

/**
 * The id that a public text names, or null when the text is not the one canonical form: right prefix, 26 lower-case
 * characters, first of them at most 7.
 */
export function decodeId<Kind extends IdKind>(kind: Kind, text: string): IdOf<Kind> | null {
  const prefix = `${ID_PREFIXES[kind]}_`
  if (!text.startsWith(prefix)) return null
  const suffix = text.slice(prefix.length)
  if (!SUFFIX.test(suffix)) return null
  let hex = toHex(suffix.slice(0, 2), 2)
  for (let at = 2; at < 26; at += 4) hex += toHex(suffix.slice(at, at + 4), 5)
  const uuid = [0, 8, 12, 16, 20].map((from, index, all) => hex.slice(from, all[index + 1] ?? 32)).join('-')
  return isUuidOf(kind, uuid) ? uuid : null
}
