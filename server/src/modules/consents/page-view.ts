import { encodeId, formatInstant, idFromUuid } from '@liaison/access'
import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { button, facts, hiddenField, notice, postForm, showPage, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { resultOf } from './decide.ts'
import {
  accountLines,
  accountTicks,
  actionTicks,
  backPath,
  canList,
  cannotList,
  dayOf,
  isOwn,
  nameNotice,
  pathOf,
  ruleLines,
  span,
  whoAsks,
} from './page-parts.ts'
import { ACTION_WORDS, lastDayOf } from './rules.ts'
import { findBlock } from './scene.ts'
import type { Scene } from './scene.ts'
import type { Choice, ConsentRow } from './tables.ts'

function framed({ mandate }: Scene, errors: readonly FieldError[] = []) {
  return {
    frame: { kind: 'org' as const, name: mandate.tenant.name },
    signedInAs: mandate.actor.name,
    width: 'reading' as const,
    errors,
  }
}

const HOW_TO_STOP =
  'You can stop or narrow this at any time: Home, then Partner access. It takes effect on the next call.'

const TITLES = {
  create: ({ partner, mandate }: Scene) => `Let ${partner.name} work on accounts of ${mandate.tenant.name}?`,
  merge: ({ partner }: Scene) => `Let ${partner.name} do more than now?`,
  replace: ({ partner }: Scene) => `Exchange the access of ${partner.name} for another one?`,
} as const

/** The question of the first page. */
function titleOf(scene: Scene): string {
  const { askedNow, partner, request } = scene
  return askedNow ? `Approve this for ${partner.name}?` : TITLES[request.grant_action](scene)
}

/** What somebody who approves at short notice must know: the words are not what is enforced, and what was allowed before stays. */
function nowNotice({ askedNow, partner, offered }: Scene): Html {
  if (!askedNow) return html``
  const mayOrder = offered.some((action) =>
    ACTION_WORDS.some((words) => words.action === action && words.kind === 'spend'),
  )
  return notice(
    'attention',
    html`<p>
      ${mayOrder && `The words are its own, and nobody compares them with what it orders: until this ends it could place other orders, too.`}
      ${!mayOrder && `The words are its own, and nobody compares them with what it does.`} What
      ${partner.name} was allowed before stays as it is.
    </p>`,
  )
}

function declineForm(scene: Scene): Html {
  return postForm(
    pathOf(scene, 'done'),
    html`${hiddenField('decision', 'decline')}${button("Don't allow", 'plain')}`,
  )
}

function beforeFacts(before: ConsentRow): Html {
  return facts([
    ['It can now', canList(before.actions)],
    ['On', html`${before.card.accounts.map(({ name, ban }) => `${name ?? ''} (${ban})`).join(', ')}`],
    ['Until', formatInstant(before.ends_at)],
  ])
}

function changeIntro({ request, before }: Scene): Html {
  if (!before) return html``
  const words =
    request.grant_action === 'merge'
      ? 'What you choose below is added to what it has. Not allowing it leaves everything as it is.'
      : 'What you choose below takes the place of what it has, which ends at the same moment.'
  return html`<h2>What it has now</h2>
    ${beforeFacts(before)}
    <p>${words}</p>`
}

/** The page of a request that cannot be allowed: who asks, and what stands against it. */
function blockedPage(scene: Scene, block: string): HtmlPage {
  const isOpen = scene.request.ends_at > scene.mandate.origin.now
  const body = html`${nameNotice(scene)} ${notice('bad', html`<p>${block}</p>`)} ${whoAsks(scene)}
    <div class="buttons">
      ${isOpen && declineForm(scene)}${isOwn(scene) && !isOpen && html`<a class="button" href="${backPath(scene)}">Go back</a>`}
    </div>`
  return showPage(`${scene.partner.name} cannot be given access now`, body, { ...framed(scene), status: 409 })
}

/** What was ticked when the form was sent, so that a fault costs nobody the rest of the form. */
export interface Ticked {
  readonly accounts: ReadonlySet<string>
  readonly actions: ReadonlySet<string>
  readonly lastDay: string
}

/** How the first page came to be shown. */
interface Reviewing {
  readonly token: string
  readonly mayApprove: boolean
  readonly errors?: readonly FieldError[]
  readonly ticked?: Ticked
  readonly status?: HtmlPage['status']
}

function chooseFields(scene: Scene, { token, errors = [], ticked }: Reviewing): Html {
  const lastDay = {
    name: 'ends_on',
    label: 'Last day',
    hint: `It begins when you allow it. At latest ${dayOf(new Date(scene.latest.getTime() - 1))}; you can choose an earlier day.`,
    type: 'date',
    value: ticked?.lastDay ?? lastDayOf(scene.latest),
    isOptional: true,
    look: 'short',
  } as const
  return html`${hiddenField('shown', token)} ${accountTicks(scene, ticked?.accounts ?? null, errors)}
    ${actionTicks(scene, ticked?.actions ?? null, errors)}
    <h2>Until when</h2>
    ${scene.askedNow ? html`<p>${span(scene.mandate.origin.now, scene.latest)}</p>` : textField(lastDay, errors)}
    ${limits(scene)}
    <div class="buttons">
      ${button('Continue', 'plain')}<button class="button" form="decline">Don't allow</button>
    </div>`
}

/** What it never can, and how the organisation keeps the upper hand. */
function limits(scene: Scene): Html {
  const rules = ruleLines(scene)
  return html`<h2>${scene.askedNow ? 'What this doesn’t allow' : 'What it can’t do'}, whatever you choose</h2>
    ${cannotList(scene.offered)}
    <p>
      ${HOW_TO_STOP} If you leave ${scene.mandate.tenant.name}, another administrator has 14 days to confirm
      it.
    </p>
    ${rules.length > 0 && html`<p>${rules.join(' ')}</p>`}`
}

function stepUp(scene: Scene): Html {
  return html`${limits(scene)}
    <p>Confirm that it is you before you decide.</p>
    <div class="buttons">
      <a class="button main" href="/step-up?return_to=${encodeURIComponent(pathOf(scene, 'review'))}"
        >Confirm it is you</a
      ><button class="button" form="decline">Don't allow</button>
    </div>`
}

/** Page one, choose: who asks, on which accounts, for what, until when; one way on, and one out. */
export function reviewPage(scene: Scene, more: Reviewing): HtmlPage {
  const block = findBlock(scene)
  if (block !== null) return blockedPage(scene, block)
  const decline = html`<form id="decline" method="post" action="${pathOf(scene, 'done')}">
    ${hiddenField('decision', 'decline')}
  </form>`
  const body = html`<p class="lead">
      ${scene.partner.name} never gets your password. This concerns ${scene.mandate.tenant.name} only.
    </p>
    ${nameNotice(scene)} ${whoAsks(scene)} ${nowNotice(scene)} ${changeIntro(scene)}
    ${more.mayApprove ? postForm(pathOf(scene, 'check'), chooseFields(scene, more)) : stepUp(scene)}
    ${decline}`
  return showPage(titleOf(scene), body, {
    ...framed(scene, more.errors),
    ...(more.status !== undefined && { status: more.status }),
  })
}

function decisionForms(scene: Scene, carried: { token: string; choice: string }): Html {
  const allow = html`${hiddenField('decision', 'allow')}${hiddenField('shown', carried.token)}${hiddenField('choice', carried.choice)}${button(`Allow ${scene.partner.name}`, 'plain')}`
  return html`<div class="buttons even">${declineForm(scene)}${postForm(pathOf(scene, 'done'), allow)}</div>`
}

/** Page two, check: sentences only and no inputs, so that no key press in a field can allow anything; then no or yes, alike. */
export function checkPage(scene: Scene, choice: Choice, token: string): HtmlPage {
  const { partner, request, mandate } = scene
  const result = resultOf(scene, choice)
  const isSecond = request.status === 'waiting'
  const rules = ruleLines(scene)
  const end = new Date(result.ends_at)
  const body = html`${nameNotice(scene)}
    ${
      isSecond &&
      notice(
        'info',
        html`<p>
          ${request.first_approved_by_name} has approved this. Your organisation asks for two people; you
          would be the second. It waits until ${formatInstant(request.ends_at)}.
        </p>`,
      )
    }
    ${(isSecond || scene.askedNow !== null) && whoAsks(scene)} ${nowNotice(scene)} ${changeIntro(scene)}
    <section>
      <h2>${scene.askedNow ? `With this ${partner.name} can` : `${partner.name} can`}</h2>
      ${canList(result.actions)}
    </section>
    <section>
      <h2>On these accounts</h2>
      ${accountLines(scene, result.accounts)}
    </section>
    <section>
      <h2>${scene.askedNow ? `With this ${partner.name} can’t` : `${partner.name} can’t`}</h2>
      ${cannotList(result.actions)}
    </section>
    ${facts([
      ['How long', span(mandate.origin.now, end)],
      ['For whom', `For ${mandate.tenant.name} only. It cannot be passed on.`],
      ['Who sees it', `You see everything that is done with it, under Partner access.`],
      ...(rules.length > 0 ? [['Your rules', rules.join(' ')] as const] : []),
    ])}
    <p>${HOW_TO_STOP}${!isSecond && html` <a href="${pathOf(scene, 'review')}">Change what you chose</a>`}</p>
    ${decisionForms(scene, { token, choice: JSON.stringify(choice) })}`
  return showPage('Check before you allow', body, framed(scene))
}

const DONE_TITLES = {
  open: ({ partner }: Scene) => `${partner.name} waits for your answer`,
  waiting: () => 'Waiting for a second person',
  approved: ({ partner }: Scene) => `${partner.name} now has access`,
  denied: ({ partner }: Scene) => `${partner.name} has no access`,
  ended: () => 'This request ran out',
} as const

function receipt({ request, partner }: Scene): Html {
  const { shown } = request
  if (!shown) return html``
  const reference =
    request.result_id === null
      ? encodeId('consent_request', idFromUuid('consent_request', request.id))
      : encodeId('consent', idFromUuid('consent', request.result_id))
  return facts([
    ['Who', html`<bdi>${partner.name}</bdi>, with <bdi>${shown.client}</bdi>`],
    ['It can', canList(shown.actions)],
    [
      'On',
      html`${shown.accounts.map((account) => html`<b>${account.name}</b>, ${account.ban}. ${account.pays}<br />`)}`,
    ],
    ['Until', formatInstant(new Date(shown.ends_at))],
    [
      'Decided by',
      [request.first_approved_by_name, request.decided_by_name].filter(Boolean).join(' and ') || '–',
    ],
    ['Reference', html`<span class="mono">${reference}</span>`],
  ])
}

/**
 * The receipt, or what became of the request. The way back is a link: a redirect after the form would be stopped by the
 * page's own content security policy, and a timed one may not move people on (WCAG 2.2.1).
 */
export function donePage(scene: Scene): HtmlPage {
  const { mandate, request } = scene
  const place = `/org/${encodeId('tenant', mandate.tenant.id)}/access`
  const words = {
    open: html``,
    waiting: html`<p>
      Nothing is shared yet. Another administrator of ${mandate.tenant.name} was told and decides until
      ${formatInstant(request.ends_at)}.
    </p>`,
    approved: html`<p>
      ${HOW_TO_STOP} A mail with the same goes to all administrators. Print or save this page.
    </p>`,
    denied: html`<p>Nothing is shared.</p>`,
    ended: html`<p>Nothing is shared. Begin again where you came from.</p>`,
  }
  const isShown = request.status === 'approved' || request.status === 'waiting'
  const body = html`${isShown && receipt(scene)} ${words[request.status]}
    <div class="buttons">
      ${isOwn(scene) && html`<a class="button main" href="${backPath(scene)}">Go back to ${scene.client.name}</a>`}<a
        class="button"
        href="${place}"
        >See it in Partner access</a
      >
    </div>`
  return showPage(DONE_TITLES[request.status](scene), body, framed(scene))
}
