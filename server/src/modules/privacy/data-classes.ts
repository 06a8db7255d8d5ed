/**
 * What each column holds, by how well it must be kept (ASVS 14.1.1, 14.1.2). A name decides wherever names are used
 * alike; what its name does not tell is listed. A table that belongs to nobody is listed too, so that a new one is
 * classified by somebody before it is used.
 */

/** From the most to the least protected. */
export const DATA_CLASSES = ['secret', 'personal', 'tenant', 'partner', 'internal'] as const
export type DataClass = (typeof DATA_CLASSES)[number]

/** What holds for every column of a class. */
export const PROTECTION: Readonly<Record<DataClass, string>> = {
  secret:
    'Kept as a digest, or sealed with the data key and bound to its row where it must be read again. In no log, event, export, address or answer, but for the one that shows it once. Read by the login that needs it alone.',
  personal:
    'Behind the row policies of whoever it belongs to; named in no log line; blanked, removed or given up as the last column says, and when the person is erased. Audit events hold it under a salted digest.',
  tenant:
    'Of one tenant: opened to outsiders only by a delegation in force. Sealed by row security in every table.',
  partner: 'Of one partner, or of an end user of one: opened to its own people by role, and to the provider.',
  internal: 'Of the product itself: no row of a tenant, a partner or a person.',
}

const SECRET =
  /^(?:token_hash|key_hash|credential_hash|secret|sealed_(?!at$)\w+|private_key|access_code_hash|identity_key|key_digest|jti_hash|grant_hash|id_hash|uid_hash|auth_req_hash|proof_key|claim_hash|nonce)$/
const PERSONAL =
  /(?:^|_)(?:email|email_norm|phone|ip|user_agent|birth_date|date_of_birth|first_name|last_name|legal_name|holder_name|signer_name|typed_name|customer_name|subscriber_name|contact_name|actor_name|author_name|person_name|reviewer_name|approver_name|recipient|document_number|document_kind|postal_code|city|address|ip_prefix|by_name|assigned_to_name|household_adults|household_children|search_text|contact)$/

const SECRET_COLUMNS: ReadonlySet<string> = new Set([
  'end_user_credential.hash',
  'gateway.previous_hash',
  'oauth_artifact.payload',
  'password_credential.hash',
  'payout_account.fingerprint',
  'recovery_code.hash',
  'tenant_invitation_code.code_hash',
])

const PERSONAL_COLUMNS: ReadonlySet<string> = new Set([
  'access_explanation.decision',
  'agreement_file.bytes',
  'audit_event.changes',
  'audit_event.reason',
  'audit_event.resource_label',
  'deal_registration.notes',
  'deal_registration.prospect_key',
  'earning_statement_file.bytes',
  'export_chunk.bytes',
  'feature_flag.owner_name',
  'former_standing.address_mark',
  'idempotency_record.body',
  'kyc_case.country',
  'mail_message.body_text',
  'mail_message.subject',
  'outbox.payload',
  'partner_application.answers',
  'partner_application_message.body',
  'passkey.label',
  'payout_account.label',
  'person.language',
  'person.locale',
  'person.name',
  'sign_in_throttle.key',
  'single_use_token.detail',
  'subscriber.name',
  'ticket.description',
  'ticket.subject',
  'ticket_comment.content',
])

const OWNERS: readonly (readonly [column: string, of: DataClass])[] = [
  ['tenant_id', 'tenant'],
  ['partner_id', 'partner'],
  ['end_user_id', 'partner'],
  ['person_id', 'personal'],
]

/** Tables without a column that says whose they are. */
export const UNOWNED: Readonly<Record<string, DataClass>> = {
  agreement_template: 'internal',
  alert_default: 'internal',
  alert_evaluation: 'internal',
  alert_notice: 'internal',
  api_client_use: 'partner',
  audit_checkpoint: 'internal',
  installation_mark: 'internal',
  audit_key: 'internal',
  audit_leaf: 'internal',
  audit_node: 'internal',
  audit_publication: 'internal',
  audit_read_window: 'tenant',
  audit_retention: 'internal',
  audit_scope: 'tenant',
  audit_verification: 'internal',
  audit_watermark: 'internal',
  client_network: 'partner',
  configuration_key: 'internal',
  consent_notice: 'tenant',
  consent_reminder: 'tenant',
  earning_policy: 'internal',
  export_chunk: 'tenant',
  feature_flag: 'internal',
  feature_ramp_step: 'internal',
  fx_rate: 'internal',
  gateway: 'internal',
  gateway_upstream: 'internal',
  idempotency_record: 'tenant',
  ingest_key: 'internal',
  issued_token: 'partner',
  liaison_migration: 'internal',
  liaison_migration_lock: 'internal',
  limit_policy: 'internal',
  link_notice: 'tenant',
  link_relationship_bound: 'internal',
  link_reminder: 'tenant',
  link_role_template: 'internal',
  link_watch: 'internal',
  mail_domain: 'internal',
  mail_message: 'personal',
  oauth_artifact: 'secret',
  oauth_grant: 'partner',
  oauth_replay: 'internal',
  outbox: 'tenant',
  partner: 'partner',
  partner_application_key: 'partner',
  partner_application_message: 'partner',
  partner_use_mark: 'internal',
  payout_batch: 'internal',
  payout_hand_over: 'internal',
  payout_policy: 'internal',
  payout_receiver: 'internal',
  payout_receiver_secret: 'internal',
  permission: 'internal',
  person: 'personal',
  product: 'internal',
  program: 'internal',
  program_setting: 'internal',
  protected_route: 'internal',
  protected_upstream: 'internal',
  rate_limit_log: 'internal',
  referral_setting: 'internal',
  relation_permission: 'internal',
  revoked_token: 'partner',
  risk_rule: 'internal',
  role_permission: 'internal',
  sign_in_throttle: 'personal',
  signal_event: 'partner',
  signal_health: 'partner',
  signal_stream: 'partner',
  signing_key: 'internal',
  state_transition: 'internal',
  tenant: 'tenant',
  vault_key: 'internal',
  webhook_delivery: 'partner',
  webhook_health: 'partner',
  webhook_secret: 'partner',
}

const AN_EVENT = 'as long as the record; the name gives way when the person is erased'
const A_RECORD = 'as long as the tenant keeps the record'
const A_CONTRACT = 'as evidence of a contract'
const SIGN_IN = 'PERSONAL_DATA_DAYS after the sign-in ended'

/** How long personal data of a table is kept, where it is more than the name of somebody who did something. */
export const KEPT: Readonly<Record<string, string>> = {
  access_explanation: '30 days',
  agency: 'as long as the tenant; it changes or empties the contact',
  agreement_approval: A_CONTRACT,
  agreement_file: A_CONTRACT,
  agreement_signature: A_CONTRACT,
  assisted_access: AN_EVENT,
  audit_event:
    'addresses and browsers for PERSONAL_DATA_DAYS; names until the person is erased, then blanked under the seal; the event three or seven years by its class',
  deal_registration:
    'contact and notes until the deal was over for the days that the provider sets (contact_kept_days)',
  earning_statement_file: A_CONTRACT,
  end_user: 'until the end user deletes the account; nothing else does',
  end_user_session: 'thirty days after it ended',
  end_user_token: 'seven days after it ended',
  export_chunk: 'seven days',
  feature_flag: 'as long as the feature',
  former_standing:
    'seven days for what was used of a limit, a year for a hold, or until its address is signed up with again',
  idempotency_record: '24 hours',
  invoice: A_RECORD,
  invoice_reminder: A_RECORD,
  kyc_case: 'until somebody of the partner redacts it, or the end user deletes the account',
  kyc_review: AN_EVENT,
  link_elevation: AN_EVENT,
  consent_ask: AN_EVENT,
  consent_request: AN_EVENT,
  mail_message: 'PERSONAL_DATA_DAYS',
  outbox: 'until it is handed on',
  partner: 'as long as the partner',
  partner_account: A_RECORD,
  partner_application:
    'a draft one day, or 60 once its address is confirmed; what was sent as long as the registry',
  partner_application_message: 'with its application',
  passkey: 'until it is removed or the person is erased',
  payout_account: A_CONTRACT,
  person: 'until the person is erased',
  referral_sign_up: 'contact address and network for the days that the provider sets (contact_kept_days)',
  risk_event: AN_EVENT,
  service: AN_EVENT,
  service_order: AN_EVENT,
  session: SIGN_IN,
  sign_in_throttle: 'one day after the last failure, taken at night',
  single_use_token: 'seven days after it ended',
  subscriber: A_RECORD,
  subscription_event: AN_EVENT,
  tenant: 'as long as the tenant',
  tenant_security_contact: 'as long as the tenant; it changes or empties it',
  ticket: A_RECORD,
  ticket_comment: A_RECORD,
  ticket_sla_justification: AN_EVENT,
  agreement_event: A_CONTRACT,
  feature_history: AN_EVENT,
  voucher_event: AN_EVENT,
  voucher_recipient: 'the days that its voucher type says (keep_recipient_days), then purged',
}

/** The class of a column; undefined where nobody has said whose its table is. */
export function classOf(table: string, column: string, columns: readonly string[]): DataClass | undefined {
  const at = `${table}.${column}`
  if (SECRET.test(column) || SECRET_COLUMNS.has(at)) return 'secret'
  if (PERSONAL.test(column) || PERSONAL_COLUMNS.has(at)) return 'personal'
  return OWNERS.find(([owner]) => columns.includes(owner))?.[1] ?? UNOWNED[table]
}

/** Whether a column tells more of a person than who did something. */
export function isMoreThanWho(table: string, column: string): boolean {
  return (
    (PERSONAL.test(column) && !/by_name$|assigned_to_name$/.test(column)) ||
    PERSONAL_COLUMNS.has(`${table}.${column}`)
  )
}
