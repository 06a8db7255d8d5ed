/** What happened to which organisation a partner is. */
export type HomeNews = 'asked' | 'offered' | 'withdrawn' | 'accepted' | 'declined' | 'ended'

/** What a sentence about it is about. */
export interface Told {
  readonly person: string
  readonly tenant: string
  readonly partner: string
  readonly answerBy: string
}

interface Said {
  readonly subject: string
  readonly sentence: string
}

export type NewsWords = Readonly<Record<HomeNews, (told: Told) => Said>>

/** The words of mails to an organisation about the partner that it is itself, in one language. */
export interface HomeWords {
  readonly news: NewsWords
  readonly reason: (reason: string) => string
}

/** What organisations are told, in English. */
export const EN: HomeWords = {
  news: {
    asked: ({ person, tenant, partner, answerBy }) => ({
      subject: `${tenant} is to be one organisation with ${partner}: you confirm or withdraw it`,
      sentence: `${person} says that ${tenant} and the partner ${partner} are one organisation. Your organisation asks for two people, so somebody else confirms it, until ${answerBy}. Nothing is open until then, nor before the partner accepts.`,
    }),
    offered: ({ person, tenant, partner, answerBy }) => ({
      subject: `${partner} was asked whether it is ${tenant}`,
      sentence: `${person} says that ${tenant} and the partner ${partner} are one organisation. The partner can accept that until ${answerBy}. From then on its apps use your accounts without a consent.`,
    }),
    withdrawn: ({ person, tenant, partner }) => ({
      subject: `It was taken back that ${tenant} is ${partner}`,
      sentence: `${person} took back that ${tenant} and the partner ${partner} are one organisation. Nothing was opened.`,
    }),
    accepted: ({ person, tenant, partner }) => ({
      subject: `${partner} is ${tenant} from now on`,
      sentence: `${person} accepted for ${partner} that it and ${tenant} are one organisation. Its apps can use the accounts of ${tenant} without a consent from now on. Any administrator can end that at any moment.`,
    }),
    declined: ({ person, tenant, partner }) => ({
      subject: `${partner} says that it is not ${tenant}`,
      sentence: `${person} declined for ${partner} that it and ${tenant} are one organisation. Nothing was opened.`,
    }),
    ended: ({ person, tenant, partner }) => ({
      subject: `${partner} is no longer ${tenant}`,
      sentence: `${person} ended that ${tenant} and the partner ${partner} are one organisation. Its apps use the accounts of ${tenant} no longer, and nothing that it resells is billed to them.`,
    }),
  },
  reason: (reason) => `Reason given: "${reason}"`,
}
