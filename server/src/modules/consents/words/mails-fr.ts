import { french } from '#platform/words/french.ts'
import type { ConsentMailWords } from './mails-en.ts'

/** What customers are written about the access of applications, in French. */
export const MAILS_FR: ConsentMailWords = {
  minutes: { one: 'minute', other: 'minutes' },
  yourOrganisation: 'votre organisation',
  subjects: {
    granted: ({ partner, client, tenant }) =>
      french`${partner} a accès à des comptes de ${tenant} avec ${client}`,
    waiting: ({ partner, tenant }) =>
      french`Une seconde personne doit décider de l'accès de ${partner} à ${tenant}`,
    declined: ({ partner, tenant }) =>
      french`${partner} n'obtient aucun accès à ${tenant} : la demande n'a pas été autorisée`,
    narrowed: ({ partner, client }) => french`Ce que ${partner} peut faire avec ${client} a été restreint`,
    suspended: ({ partner, client }) => french`L'accès de ${partner} avec ${client} est suspendu`,
    resumed: ({ partner, client }) => french`L'accès de ${partner} avec ${client} fonctionne à nouveau`,
    stopped: ({ partner, client }) => french`L'accès de ${partner} avec ${client} a été arrêté`,
    confirmed: ({ partner, client }) => french`L'accès de ${partner} avec ${client} a été confirmé à nouveau`,
    approver_left: ({ partner }) =>
      french`La personne qui a autorisé l'accès de ${partner} est partie : confirmez-le sous 14 jours`,
    expiring: ({ partner, client, until }) =>
      french`L'accès de ${partner} avec ${client} prend bientôt fin : le ${until}`,
    still: ({ partner, client, tenant }) =>
      french`${partner} a toujours accès à des comptes de ${tenant} avec ${client}`,
    unused: ({ partner, client, tenant }) =>
      french`${partner} n'a pas utilisé son accès à ${tenant} avec ${client} depuis 60 jours`,
    expired: ({ partner, client }) => french`L'accès de ${partner} avec ${client} a pris fin`,
    lapsed: ({ partner, tenant }) =>
      french`Aucune seconde personne n'a décidé de l'accès de ${partner} à ${tenant}`,
  },
  legal: (name, provider) => french`Sa dénomination légale, vérifiée par ${provider} : ${name}.`,
  support: (contact) => french`Son assistance : ${contact}.`,
  agreement: (line) => french`Son accord : ${line}`,
  can: french`Ce qui est permis :`,
  accounts: french`Sur quels comptes, et qui paie :`,
  account: (name, ban, pays) => french`- ${name} ${ban} : ${pays}`,
  until: (end) => french`Jusqu'au ${end} ; l'accès s'arrête ensuite de lui-même.`,
  lastUsed: (at) => french`Dernière utilisation : ${at}.`,
  notUsed: french`Cet accès n'a pas été utilisé au cours des 90 derniers jours.`,
  stopIt: french`Si personne n'en a plus besoin, arrêtez-le : rien de ce qui est à vous ne change.`,
  why: (purpose) => french`Pourquoi, selon ses propres mots : « ${purpose} »`,
  by: (name) => french`Autorisé par ${name}.`,
  byTwo: (second, first) => french`Autorisé par ${second} et ${first}.`,
  change: french`Vous pouvez modifier ou arrêter cet accès à tout moment sous Partner access ; l'effet est immédiat, dès l'appel suivant. Voyez avec le partenaire ce qu'il fait de ce qu'il a déjà lu.`,
  call: (phone) => french`Vous pouvez aussi l'arrêter par téléphone : ${phone}.`,
  reason: (reason) => french`Raison indiquée : « ${reason} »`,
  approverLeft: french`La personne qui a autorisé l'accès est partie, et personne ne l'a confirmé.`,
  givenBack: french`L'application elle-même y a renoncé.`,
  reference: (id) => french`Ce message ne donne par lui-même aucun accès. Référence ${id}.`,
  more: {
    subject: ({ partner, client, tenant }) =>
      french`${partner} demande à ${tenant} un accès plus large avec ${client}`,
    asksFor: french`Ce qui est demandé :`,
    account: (hint) => french`Sur le compte de facturation ${hint}, selon sa demande.`,
    decide: (page) => french`Décidez dans les sept jours : ${page}`,
    nothing: french`Rien n'est partagé tant que vous ne l'autorisez pas. Ce message ne donne par lui-même aucun accès.`,
  },
  ask: {
    subject: (partner, client) => french`${partner} vous demande un accès avec ${client}`,
    lead: (partner, client) =>
      french`${partner} demande à intervenir sur les comptes de votre organisation que vous choisirez, avec ${client}. Ce qui lui serait permis :`,
    long: (days) => french`Au plus ${days} ; l'accès s'arrête ensuite de lui-même.`,
    decide: (until, page) => french`Décidez jusqu'au ${until} : ${page}`,
    nothing: french`Rien n'est partagé tant que vous ne l'autorisez pas. Ce message ne donne par lui-même aucun accès.`,
    unknown: (page) => french`Vous ne les connaissez pas ? Dites-le-nous : ${page}`,
  },
  now: {
    subject: ({ partner, tenant }) => french`${partner} demande une approbation immédiate à ${tenant}`,
    lead: ({ partner, client, tenant }) =>
      french`${partner} demande une approbation immédiate à ${tenant}, avec ${client}.`,
    decide: (minutes, page) =>
      french`L'objet de la demande figure sur cette page. Décidez dans un délai de ${minutes} : ${page}`,
    nothing: french`Si vous ne vous y attendiez pas, ne faites rien : rien n'est partagé tant que vous ne l'autorisez pas. Ce message ne donne par lui-même aucun accès.`,
  },
}
