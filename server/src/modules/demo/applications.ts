import { addDays } from './dice.ts'
import type { Making } from './people.ts'

const HOUR_OF_DAY = 1 / 24

interface Plot {
  readonly reference: string
  readonly email: string
  readonly status: 'submitted' | 'needs_info' | 'rejected'
  readonly daysAgo: number
  readonly answers: Readonly<Record<string, string>>
  readonly question?: string
}

const PLOTS: readonly Plot[] = [
  {
    reference: 'PA-7Q4KX2M9',
    email: 'ines@brightwave.example',
    status: 'submitted',
    daysAgo: 1.2,
    answers: {
      kind: 'msp',
      organisation: 'Brightwave Networks',
      registration_no: '08412375',
      country: 'GB',
      website: 'https://brightwave.example/',
      contact_name: 'Ines Carter',
      contact_role: 'Managing director',
      signs: 'me',
      purpose:
        'We look after the lines of schools and surgeries in the north. We want to open tickets for them and watch their service levels in one place.',
      customers: '60',
    },
  },
  {
    reference: 'PA-3H8RT5VA',
    email: 'tomas@pelican-voice.example',
    status: 'needs_info',
    daysAgo: 3.4,
    answers: {
      kind: 'wholesaler',
      organisation: 'Pelican Voice',
      registration_no: '51298347',
      country: 'NL',
      website: 'https://pelican-voice.example/',
      address: 'Havenstraat 12\n3011 Rotterdam',
      contact_name: 'Tomas de Wit',
      contact_role: 'Head of purchasing',
      signs: 'other',
      signer_name: 'Marieke Vos',
      signer_email: 'marieke@pelican-voice.example',
      purpose: 'We want to buy lines in volume and pass them on to small offices under our own contracts.',
      customers: '400',
    },
    question: 'In which regions are your end customers, and how many lines do you expect in the first year?',
  },
  {
    reference: 'PA-9WDB2KJ6',
    email: 'refer.and.earn@gmail.com',
    status: 'rejected',
    daysAgo: 8.1,
    answers: {
      kind: 'referral',
      organisation: 'Quick Leads',
      country: 'IE',
      contact_name: 'Pat Doyle',
      purpose: 'Send customers.',
    },
  },
]

const DECLINED =
  'We could not tell from your answers whom you would refer, and your company has no website that we could read. Apply again with both.'

/** What the decline of an application left. */
function decisionOf({ status }: Plot, at: Date, decider: { readonly id: string; readonly name: string }) {
  if (status !== 'rejected') return {}
  return {
    decided_at: at,
    decided_by: decider.id,
    decided_by_name: decider.name,
    decision_reason: 'incomplete',
    decision_text: DECLINED,
    decision_checks: [
      { name: 'sanctions', result: 'ok', detail: 'None of the names is on a list.', source: 'simulated' },
      {
        name: 'email_domain',
        result: 'look',
        detail:
          'refer.and.earn@gmail.com is at a mail service that anybody can use. Make sure that they speak for the company.',
        source: null,
      },
    ],
    reapply_after: addDays(at, 30),
  }
}

const UNDECIDED = {
  decided_at: null,
  decided_by: null,
  decided_by_name: null,
  decision_reason: null,
  decision_text: null,
  decision_checks: null,
  reapply_after: null,
}

/** Three companies that applied: one waits for the provider, one was asked a question, one was declined. */
export function addApplications(
  { now, dice, ledger }: Making,
  decider: { readonly id: string; readonly name: string },
): void {
  for (const plot of PLOTS) {
    const sentAt = addDays(now, -plot.daysAgo)
    const answeredAt = addDays(sentAt, 20 * HOUR_OF_DAY)
    const id = dice.uuid(sentAt)
    ledger.add('partner_application', {
      id,
      reference: plot.reference,
      kind: plot.answers['kind'],
      requirements_version: 1,
      answers: plot.answers,
      contact_email: plot.email,
      status: plot.status,
      version: plot.status === 'submitted' ? 6 : 7,
      created_at: addDays(sentAt, -HOUR_OF_DAY / 2),
      updated_at: plot.status === 'submitted' ? sentAt : answeredAt,
      verified_at: addDays(sentAt, -HOUR_OF_DAY / 3),
      submitted_at: sentAt,
      answer_by: plot.status === 'submitted' ? addDays(sentAt, 3).toISOString().slice(0, 10) : null,
      ...UNDECIDED,
      ...decisionOf(plot, answeredAt, decider),
    })
    if (plot.question !== undefined)
      ledger.add('partner_application_message', {
        id: dice.uuid(answeredAt),
        application_id: id,
        side: 'provider',
        author_name: decider.name,
        body: plot.question,
        created_at: answeredAt,
      })
  }
}
