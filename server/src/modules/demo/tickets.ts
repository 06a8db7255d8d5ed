import type { DemoSubscriber } from './business.ts'
import { addMinutes } from './dice.ts'
import { addPromises, addSteps } from './promises.ts'
import type { DemoMember, DemoPartner, DemoTenant, Making } from './people.ts'

type Priority = 'low' | 'normal' | 'high' | 'urgent'
type Status = 'open' | 'pending' | 'on_hold' | 'resolved' | 'closed'

/** The default targets in minutes: first response, resolution. Source: managed-tenants.md section 6. */
const TARGETS: Readonly<Record<Priority, readonly [response: number, resolution: number]>> = {
  urgent: [60, 240],
  high: [240, 480],
  normal: [480, 1440],
  low: [1440, 4320],
}

/** One ticket as the demo wants it: how far its resolution clock has run, and whether anybody has answered. */
interface Plot {
  readonly subject: string
  readonly category: string
  readonly priority: Priority
  readonly status: Status
  /** Minutes since the ticket was opened, as a share of the resolution target. */
  readonly share: number
  readonly isAnswered: boolean
  /** Resolved after this share of the target; only for finished tickets. */
  readonly resolvedAt?: number
  /** Days before now at which a finished ticket was opened. */
  readonly daysAgo?: number
  /** Minutes for which the ticket waited for somebody before it went on. */
  readonly waitedMinutes?: number
}

const LIVE: readonly Plot[] = [
  {
    subject: 'Fiber cut on Harbor Street, 40 homes offline',
    category: 'network',
    priority: 'urgent',
    status: 'open',
    share: 0.3,
    isAnswered: true,
  },
  {
    subject: 'Invoice shows a charge for a line that was cancelled',
    category: 'billing',
    priority: 'normal',
    status: 'open',
    share: 0.2,
    isAnswered: false,
  },
  {
    subject: 'Evening speeds drop below 20 Mbps',
    category: 'performance',
    priority: 'high',
    status: 'open',
    share: 0.82,
    isAnswered: true,
    waitedMinutes: 130,
  },
  {
    subject: 'Voice line has no dial tone',
    category: 'voice',
    priority: 'high',
    status: 'open',
    share: 1.4,
    isAnswered: false,
  },
  {
    subject: 'Static address was not moved with the upgrade',
    category: 'provisioning',
    priority: 'normal',
    status: 'pending',
    share: 0.6,
    isAnswered: true,
  },
  {
    subject: 'New roof antenna waits for the landlord',
    category: 'installation',
    priority: 'low',
    status: 'on_hold',
    share: 0.5,
    isAnswered: true,
  },
  {
    subject: 'Router restarts every night at 02:00',
    category: 'equipment',
    priority: 'normal',
    status: 'open',
    share: 0.93,
    isAnswered: false,
  },
]

const FINISHED: readonly Plot[] = [
  {
    subject: 'Cannot sign in to the billing portal',
    category: 'account',
    priority: 'normal',
    status: 'resolved',
    share: 0,
    isAnswered: true,
    resolvedAt: 0.4,
    daysAgo: 4,
  },
  {
    subject: 'Packet loss to the game servers',
    category: 'performance',
    priority: 'high',
    status: 'resolved',
    share: 0,
    isAnswered: true,
    resolvedAt: 1.3,
    daysAgo: 9,
  },
  {
    subject: 'Move of the service to a new flat',
    category: 'installation',
    priority: 'low',
    status: 'closed',
    share: 0,
    isAnswered: true,
    resolvedAt: 0.8,
    daysAgo: 21,
  },
  {
    subject: 'Double charge in the last month',
    category: 'billing',
    priority: 'high',
    status: 'closed',
    share: 0,
    isAnswered: true,
    resolvedAt: 0.7,
    daysAgo: 34,
  },
  {
    subject: 'Whole street without service after the storm',
    category: 'network',
    priority: 'urgent',
    status: 'closed',
    share: 0,
    isAnswered: true,
    resolvedAt: 2.1,
    daysAgo: 16,
  },
]

const ANSWERS: readonly string[] = [
  'Thank you for telling us. We see the fault on our side and are on it.',
  'We ran a line test and found the reason. A technician is on the way.',
  'Could you tell us since when this happens, and send the serial number of the router?',
  'The correction is done. Please check again and tell us if anything is missing.',
]

const NOTES: readonly string[] = [
  'The splitter in cabinet 14 is the likely cause; spare part ordered.',
  'Third ticket of this line since spring. Look at the drop cable.',
]

/** Who works the tickets of a tenant: people of the partner that the tenant let in, else the tenant's own. */
export interface Desk {
  readonly partner: DemoPartner | null
  readonly agents: readonly DemoMember[]
  readonly linkId: string | null
}

interface Story {
  readonly tenant: DemoTenant
  readonly desk: Desk
  readonly plot: Plot
  readonly openedAt: Date
  readonly answeredAt: Date | null
  readonly resolvedAt: Date | null
}

function tellStory({ now, dice }: Making, plot: Plot, place: { tenant: DemoTenant; desk: Desk }): Story {
  const [response, resolution] = TARGETS[plot.priority]
  const openedAt = addMinutes(
    now,
    plot.daysAgo === undefined
      ? -plot.share * resolution - (plot.waitedMinutes ?? 0)
      : -plot.daysAgo * 1440 - dice.between(0, 600),
  )
  const isBreached = plot.daysAgo !== undefined && (plot.resolvedAt ?? 0) > 1
  const wait = response * (isBreached ? 1.2 : 0.2 + dice.next() * 0.5)
  // An answer lies between the opening and now, whatever the target.
  const latest = (now.getTime() - openedAt.getTime()) / 60_000
  const answeredAt = plot.isAnswered ? addMinutes(openedAt, Math.min(wait, latest * 0.8)) : null
  const resolvedAt = plot.resolvedAt === undefined ? null : addMinutes(openedAt, plot.resolvedAt * resolution)
  return { ...place, plot, openedAt, answeredAt, resolvedAt }
}

/** The wait of a ticket that goes on: after its answer, in the time of its resolution alone. */
function waitOf({ plot, answeredAt }: Story, metric: Clock['metric']) {
  if (plot.waitedMinutes === undefined || answeredAt === null || metric === 'first_response') return null
  const from = addMinutes(answeredAt, 6)
  return { from, to: addMinutes(from, plot.waitedMinutes), minutes: plot.waitedMinutes }
}

interface Clock {
  readonly metric: 'first_response' | 'resolution'
  readonly minutes: number
  readonly metAt: Date | null
}

function addClock(making: Making, ticket: TicketOf, clock: Clock): void {
  const { ledger, now } = making
  const { story, versionId } = ticket
  const wait = waitOf(story, clock.metric)
  const firstDue = addMinutes(story.openedAt, clock.minutes)
  const dueAt = addMinutes(firstDue, wait?.minutes ?? 0)
  const pausedSince =
    clock.metAt === null && (story.plot.status === 'pending' || story.plot.status === 'on_hold')
      ? (story.answeredAt ?? story.openedAt)
      : null
  const stoppedAt = clock.metAt ?? pausedSince ?? now
  ledger.add('ticket_sla_clock', {
    tenant_id: story.tenant.id,
    ticket_id: ticket.id,
    metric: clock.metric,
    target_minutes: clock.minutes,
    started_at: story.openedAt,
    due_at: dueAt,
    paused_since: pausedSince,
    paused_ms: (wait?.minutes ?? 0) * 60_000,
    policy_version_id: versionId,
    met_at: clock.metAt,
    breached_at: stoppedAt > dueAt ? dueAt : null,
  })
  const { metric, metAt } = clock
  const { status } = story.plot
  const came = { startedAt: story.openedAt, firstDue, dueAt, wait, pausedSince, metAt, status }
  addSteps(making, { tenantId: story.tenant.id, id: ticket.id, metric }, { ...came, stoppedAt })
}

/** A ticket that is being made, and the promise that holds for it. */
interface TicketOf {
  readonly id: string
  readonly story: Story
  readonly versionId: string
}

interface Comment {
  readonly at: Date
  readonly author: { readonly id: string | null; readonly name: string; readonly partner: DemoPartner | null }
  readonly content: string
  readonly isInternal?: boolean
}

function addComment({ dice, ledger }: Making, ticket: { id: string; story: Story }, comment: Comment): void {
  const { author } = comment
  ledger.add('ticket_comment', {
    tenant_id: ticket.story.tenant.id,
    id: dice.uuid(comment.at),
    ticket_id: ticket.id,
    author_id: author.id,
    author_name: author.name,
    author_partner_id: author.partner?.id ?? null,
    author_partner_name: author.partner?.name ?? null,
    is_internal: comment.isInternal ?? false,
    content: comment.content,
    created_at: comment.at,
  })
}

function addComments(making: Making, ticket: { id: string; story: Story; agent: Comment['author'] }): void {
  const { dice } = making
  const { story, agent } = ticket
  if (!story.answeredAt) return
  addComment(making, ticket, { at: story.answeredAt, author: agent, content: dice.pick(ANSWERS.slice(0, 3)) })
  const own = { id: story.tenant.adminPerson.id, name: story.tenant.adminPerson.name, partner: null }
  if (dice.isLucky(0.4))
    addComment(making, ticket, {
      at: addMinutes(story.answeredAt, 1),
      author: own,
      content: dice.pick(NOTES),
      isInternal: true,
    })
  if (story.resolvedAt && story.resolvedAt > story.answeredAt)
    addComment(making, ticket, { at: story.resolvedAt, author: agent, content: ANSWERS[3] ?? '' })
}

interface Opening {
  readonly number: number
  readonly versionId: string
  readonly subscriber: DemoSubscriber
}

type Author = Comment['author']

/** Who works on a ticket: somebody of the desk, else the tenant's own admin. */
function chooseWorker({ dice }: Making, { desk, tenant }: Story): Author {
  if (desk.agents.length === 0)
    return { id: tenant.adminPerson.id, name: tenant.adminPerson.name, partner: null }
  const agent = dice.pick(desk.agents)
  return { id: agent.id, name: agent.name, partner: desk.partner }
}

function openedBy(making: Making, story: Story, worker: Author) {
  const { partner } = worker
  if (partner && making.dice.isLucky(0.4)) {
    return {
      created_by: worker.id,
      created_by_name: worker.name,
      created_by_partner_id: partner.id,
      created_by_partner_name: partner.name,
      delegation_id: story.desk.linkId,
    }
  }
  const own = story.tenant.adminPerson
  return {
    created_by: own.id,
    created_by_name: own.name,
    created_by_partner_id: null,
    created_by_partner_name: null,
    delegation_id: null,
  }
}

function answersOf({ answeredAt, resolvedAt, openedAt }: Story, worker: Author) {
  const isClosing = answeredAt !== null && resolvedAt !== null && resolvedAt > answeredAt
  const isAnswered = answeredAt !== null
  return {
    assigned_to: isAnswered ? worker.id : null,
    assigned_to_name: isAnswered ? worker.name : null,
    last_response_at: isClosing ? resolvedAt : answeredAt,
    response_count: Number(isAnswered) + Number(isClosing),
    resolved_at: resolvedAt,
    updated_at: resolvedAt ?? answeredAt ?? openedAt,
  }
}

function addTicket(making: Making, story: Story, opening: Opening): void {
  const { dice, ledger } = making
  const { tenant, plot } = story
  const id = dice.uuid(story.openedAt)
  const worker = chooseWorker(making, story)
  ledger.add('ticket', {
    tenant_id: tenant.id,
    id,
    number: `T-${opening.number}`,
    subscriber_id: opening.subscriber.id,
    customer_name: opening.subscriber.name,
    subject: plot.subject,
    description: `${opening.subscriber.name} reports: ${plot.subject.charAt(0).toLowerCase()}${plot.subject.slice(1)}. Reached by phone.`,
    status: plot.status,
    priority: plot.priority,
    category: plot.category,
    tags: plot.category === 'billing' ? ['invoice'] : [],
    ...openedBy(making, story, worker),
    ...answersOf(story, worker),
    billing_party: 'tenant',
    sla_base_id: opening.versionId,
    sla_timezone: tenant.timezone,
    closed_reason: plot.status === 'closed' ? 'solved' : null,
    version: 1,
    created_at: story.openedAt,
  })
  const [response, resolution] = TARGETS[plot.priority]
  const ticket = { id, story, versionId: opening.versionId }
  addClock(making, ticket, { metric: 'first_response', minutes: response, metAt: story.answeredAt })
  addClock(making, ticket, { metric: 'resolution', minutes: resolution, metAt: story.resolvedAt })
  addComments(making, { id, story, agent: worker })
}

/** Adds tickets whose clocks are in every state: running, at risk, breached, paused, met and met late. */
export function addTickets(
  making: Making,
  place: { tenant: DemoTenant; desk: Desk },
  subscribers: readonly DemoSubscriber[],
): void {
  const { dice, ledger } = making
  const isSmall = place.tenant.plan === 'starter'
  const plots = [...FINISHED, ...LIVE.filter((_, index) => !isSmall || index % 2 === 1)]
  const stories = plots
    .map((plot) => tellStory(making, plot, place))
    .toSorted((left, right) => left.openedAt.getTime() - right.openedAt.getTime())
  const { versionId } = addPromises(making, place.tenant, place.desk)
  for (const [index, story] of stories.entries()) {
    addTicket(making, story, { number: 1000 + index + 1, versionId, subscriber: dice.pick(subscribers) })
  }
  ledger.add('ticket_counter', { tenant_id: place.tenant.id, last_number: 1000 + stories.length })
}
