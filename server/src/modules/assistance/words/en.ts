/** What happened to support's access. */
export type AssistanceNews = 'requested' | 'started' | 'ended' | 'declined' | 'withdrawn' | 'lapsed'

/** What a sentence about support's access is about. */
export interface Told {
  readonly person: string
  readonly tenant: string
  readonly caseNumber: string
  readonly minutes: string
  readonly until: string
  readonly answerBy: string
}

export interface Said {
  readonly subject: string
  readonly sentence: string
}

export type NewsWords = Readonly<Record<AssistanceNews, (told: Told) => Said>>

/** The words of mails to a customer about support's access, in one language. */
export interface AssistanceWords {
  readonly news: NewsWords
  readonly reason: (reason: string) => string
  readonly endReason: (reason: string) => string
  readonly limits: string
  readonly reference: (id: string) => string
}

/** What customers are told of support's access, in English. */
export const EN: AssistanceWords = {
  news: {
    requested: ({ person, tenant, caseNumber, minutes, answerBy }) => ({
      subject: `Support asks to look at the data of ${tenant}`,
      sentence: `${person} of our support asks to look at the data of ${tenant} for ${minutes} minutes, for case ${caseNumber}. Nothing is open until you allow it. The request lapses on ${answerBy}.`,
    }),
    started: ({ person, tenant, caseNumber, until }) => ({
      subject: `Support can look at the data of ${tenant}`,
      sentence: `${person} of our support can look at the data of ${tenant} until ${until}, for case ${caseNumber}. You can end that at any moment.`,
    }),
    ended: ({ person, tenant, caseNumber }) => ({
      subject: `Support no longer looks at the data of ${tenant}`,
      sentence: `The access of ${person} of our support to the data of ${tenant} for case ${caseNumber} has ended.`,
    }),
    declined: ({ person, tenant, caseNumber }) => ({
      subject: `Support was not let in to the data of ${tenant}`,
      sentence: `The request of ${person} of our support to look at the data of ${tenant} for case ${caseNumber} was declined.`,
    }),
    withdrawn: ({ person, tenant, caseNumber }) => ({
      subject: `Support took back its request about ${tenant}`,
      sentence: `The request of ${person} of our support to look at the data of ${tenant} for case ${caseNumber} was taken back. Nothing was opened.`,
    }),
    lapsed: ({ person, tenant, caseNumber }) => ({
      subject: `A request of support about ${tenant} has lapsed`,
      sentence: `Nobody answered the request of ${person} of our support to look at the data of ${tenant} for case ${caseNumber}. Nothing was opened.`,
    }),
  },
  reason: (reason) => `Reason given: "${reason}"`,
  endReason: (reason) => `Reason given for the end: "${reason}"`,
  limits: 'Support can only look, never change anything. All that it reads is in your activity.',
  reference: (id) => `This mail gives no access by itself. Reference ${id}.`,
}
