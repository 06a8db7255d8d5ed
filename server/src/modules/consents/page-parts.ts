import { encodeId, formatInstant, idFromUuid } from '@liaison/access'
import type { Action } from '@liaison/access'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import { facts, notice, PROVIDER_NAME, tickBox } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { ACTION_WORDS, daysBetween, NEVER, payerSentence, sentencesOf } from './rules.ts'
import type { ActionKind } from './rules.ts'
import { unavailableBecause } from './scene.ts'
import type { Scene } from './scene.ts'

const KIND_WORDS: Readonly<Record<string, string>> = {
  referral: 'referral partner',
  reseller: 'reseller',
  wholesaler: 'wholesaler',
  msp: 'managed service provider',
  enterprise_hq: 'enterprise headquarters',
  auditor: 'auditor',
  white_label: 'white-label partner',
  agency: 'agency',
}

const GROUPS: Readonly<Record<ActionKind, { readonly title: string; readonly hint?: string }>> = {
  read: { title: 'See' },
  change: { title: 'Change' },
  spend: {
    title: 'Spend money',
    hint: 'Nothing here is chosen until you choose it. Each order appears on the bill of whoever pays for its account.',
  },
}

/** The address of one of the pages of a request. */
export function pathOf(scene: Pick<Scene, 'mandate' | 'key'>, rest: 'review' | 'check' | 'done'): string {
  return `/consent/${scene.key}/${rest}?org=${encodeId('tenant', scene.mandate.tenant.id)}`
}

/** Whether an application sent the person here, and not a request that its program made. */
export function comesByBrowser(request: Scene['request']): boolean {
  return request.access_request_id === null && request.backchannel_request_id === null
}

/** Whether the address names the interaction, so that there is a way back to the partner. */
export function isOwn({ key, request }: Pick<Scene, 'key' | 'request'>): boolean {
  return !key.startsWith('crq_') && comesByBrowser(request)
}

/** Where the authorization server goes on after the answer. */
export function backPath({ key }: Pick<Scene, 'key'>): string {
  return `/oauth/interaction/${key}`
}

const idOfAccount = (id: string): string => encodeId('billing_account', idFromUuid('billing_account', id))

function list(sentences: readonly (string | Html)[]): Html {
  return html`<ul>
    ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
  </ul>`
}

/** A day in words, in UTC: "12 Mar 2027". */
export function dayOf(instant: Date): string {
  return formatInstant(instant).replace(/,.*$/, '')
}

/** A name that others chose, so that it cannot turn the direction of the text around it. */
const named = (name: string): Html => html`<bdi>${name}</bdi>`

function siteOf(website: string | null): Html {
  if (website === null || !URL.canParse(website)) return html``
  const { protocol, host, href } = new URL(website)
  return protocol === 'https:' ? html` <a href="${href}" rel="noreferrer">${host}</a>` : html``
}

function returnHost({ client }: Scene): string | null {
  const hosts = new Set(client.redirect_uris.flatMap((uri) => (URL.canParse(uri) ? [new URL(uri).host] : [])))
  const [only] = hosts
  return hosts.size === 1 && only !== undefined ? only : null
}

/** Who asks, in words: the verified partner, its app, and where the answer goes. */
export function whoAsks(scene: Scene): Html {
  const { client, partner, request } = scene
  const kinds = partner.kinds.map((kind) => KIND_WORDS[kind] ?? kind).join(', ')
  const host = comesByBrowser(request) ? returnHost(scene) : null
  return facts([
    [
      'Who',
      html`<b>${named(partner.name)}</b>, ${kinds}, verified partner of ${PROVIDER_NAME} since
        ${dayOf(partner.since)}.${siteOf(partner.website)}`,
    ],
    [
      'With which app',
      html`${named(client.name)}${client.description !== null && html`: “${named(client.description)}”`}
      ${client.environment === 'sandbox' && html`<span class="chip attention">Sandbox: for trying things out</span>`}`,
    ],
    [
      'Why, in their words',
      request.purpose === null ? 'They gave no reason.' : html`“${named(request.purpose)}”`,
    ],
    ...(host === null ? [] : [['You go back to', html`<span class="mono">${host}</span>`] as const]),
  ])
}

const FAULT_WORDS = {
  unseen: 'A name here contained letters that cannot be seen; they were left out.',
  mixed_script:
    'A name here mixes alphabets, so that one letter can pass for another. Make sure that you know who asks.',
  look_alike: `A name here looks like the one of ${PROVIDER_NAME}. It is not ${PROVIDER_NAME} that asks.`,
} as const

/** What is odd about the names; nothing when nothing is. */
export function nameNotice({ faults }: Scene): Html {
  return faults.length === 0
    ? html``
    : notice('attention', html`${faults.map((fault) => html`<p>${FAULT_WORDS[fault]}</p>`)}`)
}

function accountHint(scene: Scene, account: Scene['accounts'][number]): string {
  const { request, mandate, before, partner } = scene
  const isHinted = request.customer_hint !== null && request.customer_hint === account.ban
  const isShared = before?.card.accounts.some(({ id }) => id === account.id) === true
  return [
    `Billing account ${account.ban}.`,
    payerSentence(account, mandate.tenant.id),
    ...(isHinted ? [`${partner.name} suggests this one.`] : []),
    ...(isShared ? ['Shared with it already.'] : []),
  ].join(' ')
}

function messageOf(errors: readonly FieldError[], field: string): Html {
  const found = errors.find((error) => error.field === field)
  return found ? html`<p class="field-error" id="${field}-error">${found.message}</p>` : html``
}

/** The accounts to choose from: nothing chosen when there are several, and those that cannot be shared with the reason. */
export function accountTicks(
  scene: Scene,
  ticked: ReadonlySet<string> | null,
  errors: readonly FieldError[],
): Html {
  const open = scene.accounts.filter((account) => unavailableBecause(account) === null)
  const shut = scene.accounts.filter((account) => unavailableBecause(account) !== null)
  const boxes = open.map((account, index) =>
    tickBox({
      name: 'account',
      id: index === 0 ? 'account' : `account-${index}`,
      value: idOfAccount(account.id),
      label: account.name,
      hint: accountHint(scene, account),
      isTicked: ticked === null ? open.length === 1 : ticked.has(account.id),
    }),
  )
  return html`<fieldset>
    <legend><h2>On which accounts</h2></legend>
    ${open.length > 1 && html`<p class="hint">Nothing is chosen until you choose it.</p>`}
    ${messageOf(errors, 'account')}${boxes}
    ${shut.map(
      (account) =>
        html`<p class="small muted">
          ${account.name} (billing account ${account.ban}) cannot be shared: ${unavailableBecause(account)}
        </p>`,
    )}
  </fieldset>`
}

function isTicked(kind: ActionKind, action: Action, ticked: ReadonlySet<string> | null): boolean {
  return ticked === null ? kind !== 'spend' : ticked.has(action)
}

/** What can be allowed, in groups; what spends money is a group of its own and never chosen beforehand. */
export function actionTicks(
  scene: Scene,
  ticked: ReadonlySet<string> | null,
  errors: readonly FieldError[],
): Html {
  const { offered } = scene
  const groups = (['read', 'change', 'spend'] as const).flatMap((kind) => {
    const lines = ACTION_WORDS.filter((words) => words.kind === kind && offered.includes(words.action))
    if (lines.length === 0) return []
    const { title, hint } = GROUPS[kind]
    return [
      html`<fieldset>
        <legend>${title}</legend>
        ${hint !== undefined && html`<p class="hint">${hint}</p>`}
        ${lines.map(({ action, sentence }) =>
          tickBox({
            name: 'action',
            id: action === offered[0] ? 'action' : `action-${action.replace('.', '-')}`,
            value: action,
            label: sentence,
            isTicked: isTicked(kind, action, ticked),
          }),
        )}
      </fieldset>`,
    ]
  })
  return html`<h2>What it can do</h2>
    <p>Take away what is not needed. What you leave out is not given.</p>
    ${messageOf(errors, 'action')}${groups}`
}

/** What stays impossible, whatever is chosen. */
export function cannotList(actions: readonly Action[]): Html {
  return list([...sentencesOf(actions).cannot, ...NEVER])
}

export function canList(actions: readonly Action[]): Html {
  return list(sentencesOf(actions).can)
}

/** The accounts of a choice with who pays for each. */
export function accountLines(scene: Scene, ids: readonly string[]): Html {
  return list(
    scene.accounts
      .filter(({ id }) => ids.includes(id))
      .map(
        (account) =>
          html`<b>${account.name}</b>, billing account ${account.ban}.
            ${payerSentence(account, scene.mandate.tenant.id)}`,
      ),
  )
}

/** From when until when, in words. */
export function span(start: Date, end: Date): string {
  const hours = Math.ceil((end.getTime() - start.getTime()) / 3_600_000)
  const long = hours <= 48 ? `${hours} ${hours === 1 ? 'hour' : 'hours'}` : `${daysBetween(start, end)} days`
  return `From now until ${formatInstant(end)} (${long}). Then it stops by itself.`
}

/** What the organisation's own rules add, in sentences. */
export function ruleLines({ policy, request }: Scene): string[] {
  const { conditions } = policy
  const ranges = conditions.ip_allow ?? []
  return [
    ...(policy.dual_approval && request.status === 'open'
      ? ['Two people approve: after you, another administrator.']
      : []),
    ...(conditions.ip_mode === 'enforce' && ranges.length > 0
      ? [`It works only from ${ranges.join(', ')}.`]
      : []),
    ...(conditions.hours ? ['It works only within the hours that your rules for partner access name.'] : []),
  ]
}
