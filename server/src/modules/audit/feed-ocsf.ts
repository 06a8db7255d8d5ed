import { activityOf, classOfAction } from './ocsf-classes.ts'
import type { OcsfClass } from './ocsf-classes.ts'
import type { FeedEntry } from './feed.ts'

const VERSION = '1.9.0'
const PRODUCT = { name: 'Liaison', vendor_name: 'Liaison' }

const SEVERITIES = {
  allowed: { severity_id: 1, severity: 'Informational' },
  denied: { severity_id: 2, severity: 'Low' },
  error: { severity_id: 3, severity: 'Medium' },
} as const

type Json = Readonly<Record<string, unknown>>

/** Without what is not known: OCSF leaves such fields out. */
const known = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined))

/** A person as OCSF tells of one; whoever else acts is named as a program or as nobody known. */
function userOf({ item, actorType }: FeedEntry): Json {
  const type = actorType === 'person' || actorType === 'end_user' ? 1 : actorType === 'system' ? 3 : 0
  return known({
    uid: item.person_id,
    name: item.person_name ?? (item.person_id === null ? actorType : null),
    type_id: type,
    type: ['Unknown', 'User', 'Admin', 'System'][type],
  })
}

function actorOf(entry: FeedEntry): Json {
  const isProgram = ['client', 'ingest_key', 'agency_token', 'system'].includes(entry.actorType)
  return known({
    user: userOf(entry),
    app_name: isProgram ? (entry.item.person_name ?? entry.actorType) : null,
  })
}

const nameOf = ({ item }: FeedEntry): string => item.resource?.label ?? item.resource?.type ?? item.action

/** What the event is about, for classes that ask for one. */
function targetOf(entry: FeedEntry): Json {
  const { resource } = entry.item
  return known({ name: nameOf(entry), uid: resource?.id, type: resource?.type })
}

/** What each class asks for besides what all have. */
const OF_CLASSES: Readonly<Record<OcsfClass['name'], (entry: FeedEntry) => Json>> = {
  authentication: (entry) => ({ user: userOf(entry), service: { name: 'Liaison' } }),
  authorize_session: (entry) => ({
    user: userOf(entry),
    // oxlint-disable-next-line liaison/product-words -- the word of OCSF
    privileges: [entry.item.permission ?? entry.item.action],
    ...(entry.item.role !== null && { iam_roles: [{ name: entry.item.role }] }),
  }),
  entity_management: (entry) =>
    known({ entity: targetOf(entry), comment: entry.item.reason, actor: actorOf(entry) }),
  group_management: (entry) => ({ group: targetOf(entry), actor: actorOf(entry) }),
  user_management: (entry) => ({
    user: known({ name: nameOf(entry), uid: entry.item.resource?.id }),
    actor: actorOf(entry),
  }),
  role_management: (entry) => ({
    iam_role: known({ name: nameOf(entry), uid: entry.item.resource?.id }),
    actor: actorOf(entry),
  }),
  api_activity: (entry) =>
    known({
      actor: actorOf(entry),
      api: known({
        operation: entry.item.action,
        service: { name: 'Liaison' },
        request: entry.item.request_id === null ? null : { uid: entry.item.request_id },
      }),
      resources: entry.item.resource === null ? null : [targetOf(entry)],
    }),
}

/** One event in the words of the Open Cybersecurity Schema Framework. What it has no place for stands under `unmapped`, as the list tells it. */
export function toOcsf(entry: FeedEntry): Json {
  const { item } = entry
  const found = classOfAction(item.action)
  const activity = activityOf(item.action, found)
  const isDone = item.outcome === 'allowed'
  return known({
    ...found.category,
    class_uid: found.uid,
    class_name: found.caption,
    activity_id: activity.id,
    activity_name: activity.name,
    type_uid: found.uid * 100 + activity.id,
    type_name: `${found.caption}: ${activity.name}`,
    ...SEVERITIES[item.outcome],
    status_id: isDone ? 1 : 2,
    status: isDone ? 'Success' : 'Failure',
    status_code: item.code,
    time: Date.parse(item.occurred_at),
    message: item.sentence,
    count: item.repeats,
    metadata: known({
      version: VERSION,
      product: PRODUCT,
      uid: item.event_id,
      sequence: item.leaf_index,
      log_name: 'audit',
      event_code: item.action,
      correlation_uid: item.request_id,
    }),
    src_endpoint: item.ip === null ? { name: item.source } : { ip: item.ip, name: item.source },
    ...OF_CLASSES[found.name](entry),
    unmapped: { ...item, actor_type: entry.actorType },
  })
}
