/** The classes of OCSF 1.9 in which events of the log are told. */
const CLASSES = {
  authentication: { uid: 3002, caption: 'Authentication' },
  authorize_session: { uid: 3003, caption: 'Authorize Session' },
  entity_management: { uid: 3004, caption: 'Entity Management' },
  group_management: { uid: 3006, caption: 'Group Management' },
  user_management: { uid: 3007, caption: 'User Management' },
  role_management: { uid: 3008, caption: 'Role Management' },
  api_activity: { uid: 6003, caption: 'API Activity' },
} as const

type ClassName = keyof typeof CLASSES

/** A class with the category that it belongs to. */
export interface OcsfClass {
  readonly name: ClassName
  readonly uid: number
  readonly caption: string
  readonly category: { readonly category_uid: number; readonly category_name: string }
}

/** Families of actions by how their names begin; the longest beginning counts. Reads of whatever family are API activity. */
const FAMILIES: Readonly<Record<ClassName, string>> = {
  authentication:
    'identity.session identity.sign_in identity.step_up oauth.token realms.session realms.sign_in realms.token',
  authorize_session: 'assistance.start elevations platform.assistance tenants.enter',
  group_management: 'teams tenant_groups',
  user_management: `identity personal_data partner_org.members platform.persons realm.profile realm.users
    realms.password realms.profile realms.user realms.users tenant.members`,
  role_management: 'link_templates',
  entity_management: `accounts agency agency_key agreements alert_rules alerts api_terms assistance billing
    billing_settings calendars change_requests clients commercial configuration consent_notices consent_reminders
    consent_requests consents deals demo disputes features form form_token freezes fx_rates homes identity_checks
    identity_vendors invoice invoices link_notices link_reviews links oauth.grant oauth.proof_key order orders partner
    partner_applications partner_networks partner_org partners plans platform products program provisioning realm
    realms resales sandbox saved_views service services signals sla subscriptions support tenant tenant_pins tenants
    usage voucher voucher_type webhooks`,
  api_activity: 'access api audit embed exports gateway ingest leak oauth operations reports site',
}

const CLASS_OF_FAMILY: ReadonlyMap<string, ClassName> = new Map(
  Object.entries(FAMILIES).flatMap(([name, families]) =>
    // The keys of the record above.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    families.split(/\s+/u).map((family) => [family, name as ClassName] as const),
  ),
)

const READS =
  /\.(?:read|read_all|list|search|searched|looked_up|count|preview|explain|reach_read|switch_context|export|exported|download|downloaded|prove|history)$/u

function listedClass(action: string): ClassName | null {
  if (READS.test(action)) return 'api_activity'
  const words = action.replace(/^partner\./u, '').split('.')
  for (let length = words.length; length > 0; length -= 1) {
    const found = CLASS_OF_FAMILY.get(words.slice(0, length).join('.'))
    if (found) return found
  }
  return null
}

/** Whether somebody decided on the class of this action. */
export const isOfKnownFamily = (action: string): boolean => listedClass(action) !== null

/** The class in which an action is told; what nobody decided about is a call like any other. */
export function classOfAction(action: string): OcsfClass {
  const name = listedClass(action) ?? 'api_activity'
  const category =
    name === 'api_activity'
      ? { category_uid: 6, category_name: 'Application Activity' }
      : { category_uid: 3, category_name: 'Identity & Access Management' }
  return { name, ...CLASSES[name], category }
}

/** What was done, in the numbers of one class. */
export interface OcsfActivity {
  readonly id: number
  readonly name: string
}

const OTHER = 99

const CREATE =
  'add create created import imported invite issue issued join offer offered open order put request'
const UPDATE = `adjust adjusted change change_plan change_terms changed config_updated edited manage origins_updated
  override renew rotate rotate_key rotate_secret rotated save set update updated write`
const DELETE = `cancel cancelled close closed delete discontinue end ended erase expire expired forgotten lapse remove
  retire revoke revoked terminate terminated void voided withdraw withdrawn`

type Verbs = readonly (readonly [id: number, name: string, verbs: string])[]

const CHANGES: Verbs = [
  [1, 'Create', CREATE],
  [3, 'Update', UPDATE],
  [4, 'Delete', DELETE],
]

/** The activities of each class, each with how actions that mean it end; whatever is none of them is “Other”. */
const ACTIVITIES: Readonly<Record<ClassName, Verbs>> = {
  authentication: [
    [1, 'Logon', 'sign_in sign_in.failed'],
    [2, 'Logoff', 'session.end'],
  ],
  authorize_session: [[1, 'Assign Privileges', 'approve enter start']],
  entity_management: [
    ...CHANGES,
    [8, 'Enable', 'enable'],
    [9, 'Disable', 'disable'],
    [10, 'Activate', 'activate reactivate'],
    [12, 'Suspend', 'suspend suspended pause'],
    [13, 'Resume', 'resume resumed'],
  ],
  group_management: [
    [1, 'Assign Privileges', 'set_grants'],
    [5, 'Delete', 'delete'],
    [6, 'Create', 'create'],
  ],
  user_management: [
    [1, 'Create', 'invite join sign_up'],
    [2, 'Update', 'manage profile.update'],
    [3, 'Delete', 'delete member.remove erase personal_data.remove'],
    [4, 'Enable', 'restore'],
    [5, 'Disable', 'stop'],
    [8, 'Password Change', 'password.change'],
    [9, 'Password Reset', 'password.reset_request'],
    [12, 'MFA Factor Enable', 'factor.add factor.renew'],
    [13, 'MFA Factor Disable', 'factor.remove factor.reset'],
    [16, 'Assign Roles', 'change_role role'],
  ],
  role_management: [
    [2, 'Update', 'save'],
    [3, 'Delete', 'delete'],
  ],
  api_activity: CHANGES,
}

/** What an action does, in the numbers of its class. */
export function activityOf(action: string, { name }: OcsfClass): OcsfActivity {
  if (READS.test(action)) return { id: 2, name: 'Read' }
  const words = action.split('.')
  const [last, lastTwo] = [words.at(-1) ?? action, words.slice(-2).join('.')]
  const found = ACTIVITIES[name].find(([, , verbs]) =>
    verbs.split(/\s+/u).some((verb) => verb === last || verb === lastTwo),
  )
  return found ? { id: found[0], name: found[1] } : { id: OTHER, name: last }
}
