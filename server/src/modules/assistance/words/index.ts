import type { Language } from '#platform/words/language.ts'
import { EN } from './en.ts'
import type { AssistanceWords, NewsWords } from './en.ts'
import { ES } from './es.ts'
import { FR } from './fr.ts'

export type { AssistanceNews, Told } from './en.ts'

/** What customers are told of support's access, in each of our languages. */
export const ASSISTANCE_WORDS: Readonly<Record<Language, AssistanceWords>> = { en: EN, es: ES, fr: FR }

/** What a partner is told of support's access that is about its work; partners read English. */
export const TO_PARTNER: NewsWords = {
  requested: ({ tenant, caseNumber }) => ({
    subject: `Support asks to look into ${tenant} about your work`,
    sentence: `The provider's support asked ${tenant} to let it look at its data for case ${caseNumber}, which is about your work there.`,
  }),
  started: ({ tenant, caseNumber, until }) => ({
    subject: `Support looks into ${tenant} about your work`,
    sentence: `${tenant} lets the provider's support look at its data until ${until}, for case ${caseNumber}, which is about your work there.`,
  }),
  ended: ({ tenant, caseNumber }) => ({
    subject: `Support no longer looks into ${tenant}`,
    sentence: `The access of the provider's support to the data of ${tenant} for case ${caseNumber} has ended.`,
  }),
  declined: ({ tenant, caseNumber }) => ({
    subject: `Support was not let in to ${tenant}`,
    sentence: `${tenant} did not let the provider's support look at its data for case ${caseNumber}.`,
  }),
  withdrawn: ({ tenant, caseNumber }) => ({
    subject: `Support took back its request to ${tenant}`,
    sentence: `The provider's support no longer asks ${tenant} to let it look at its data for case ${caseNumber}.`,
  }),
  lapsed: ({ tenant, caseNumber }) => ({
    subject: `A request of support to ${tenant} has lapsed`,
    sentence: `${tenant} did not answer the provider's support about case ${caseNumber}.`,
  }),
}

/** What those who answer for the provider are told of a colleague's access. */
export const TO_PROVIDER: NewsWords = {
  requested: ({ person, tenant, caseNumber, minutes }) => ({
    subject: `${person} asks to look into ${tenant}`,
    sentence: `${person} asks ${tenant} to look at its data for ${minutes} minutes, for case ${caseNumber}.`,
  }),
  started: ({ person, tenant, caseNumber, until }) => ({
    subject: `${person} looks into ${tenant}`,
    sentence: `${person} can look at the data of ${tenant} until ${until}, for case ${caseNumber}. Any of you can end that.`,
  }),
  ended: ({ person, tenant, caseNumber }) => ({
    subject: `${person} no longer looks into ${tenant}`,
    sentence: `The access of ${person} to the data of ${tenant} for case ${caseNumber} has ended.`,
  }),
  declined: ({ person, tenant, caseNumber }) => ({
    subject: `${tenant} did not let ${person} in`,
    sentence: `${tenant} declined that ${person} looks at its data for case ${caseNumber}.`,
  }),
  withdrawn: ({ person, tenant, caseNumber }) => ({
    subject: `The request to look into ${tenant} was taken back`,
    sentence: `${person} no longer asks ${tenant} to look at its data for case ${caseNumber}.`,
  }),
  lapsed: ({ person, tenant, caseNumber }) => ({
    subject: `${tenant} did not answer ${person}`,
    sentence: `${tenant} did not answer the request of ${person} to look at its data for case ${caseNumber}.`,
  }),
}
