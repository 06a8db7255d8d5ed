import type { HomeWords } from './en.ts'

/** What organisations are told, in French. */
export const FR: HomeWords = {
  news: {
    asked: ({ person, tenant, partner, answerBy }) => ({
      subject: `${tenant} et ${partner} ne feraient qu’une organisation : confirmez-le ou retirez-le`,
      sentence: `${person} indique que ${tenant} et le partenaire ${partner} sont une seule organisation. Votre organisation demande deux personnes : une autre le confirme, jusqu’au ${answerBy}. D’ici là, et avant que le partenaire n’accepte, rien n’est ouvert.`,
    }),
    offered: ({ person, tenant, partner, answerBy }) => ({
      subject: `Il a été demandé à ${partner} s’il est ${tenant}`,
      sentence: `${person} indique que ${tenant} et le partenaire ${partner} sont une seule organisation. Le partenaire peut l’accepter jusqu’au ${answerBy}. Dès lors, ses applications utilisent vos comptes sans consentement.`,
    }),
    withdrawn: ({ person, tenant, partner }) => ({
      subject: `Il a été retiré que ${tenant} est ${partner}`,
      sentence: `${person} a retiré que ${tenant} et le partenaire ${partner} sont une seule organisation. Rien n’a été ouvert.`,
    }),
    accepted: ({ person, tenant, partner }) => ({
      subject: `${partner} est désormais ${tenant}`,
      sentence: `${person} a accepté pour ${partner} d’être une seule organisation avec ${tenant}. Ses applications peuvent désormais utiliser les comptes de ${tenant} sans consentement. Tout administrateur peut y mettre fin à tout moment.`,
    }),
    declined: ({ person, tenant, partner }) => ({
      subject: `${partner} dit ne pas être ${tenant}`,
      sentence: `${person} a refusé pour ${partner} d’être une seule organisation avec ${tenant}. Rien n’a été ouvert.`,
    }),
    ended: ({ person, tenant, partner }) => ({
      subject: `${partner} n’est plus ${tenant}`,
      sentence: `${person} a mis fin au fait que ${tenant} et le partenaire ${partner} sont une seule organisation. Ses applications n’utilisent plus les comptes de ${tenant}, et rien de ce qu’il revend ne leur est facturé.`,
    }),
  },
  reason: (reason) => `Raison indiquée : « ${reason} »`,
}
