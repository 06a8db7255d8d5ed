import { french } from '#platform/words/french.ts'
import type { LinkNewsWords } from './news-en.ts'

/** What customers are written about links, in French. */
export const NEWS_FR: LinkNewsWords = {
  partner: 'Un partenaire',
  yourOrganisation: 'votre organisation',
  until: (end) => french`jusqu'au ${end}`,
  endless: 'sans fin',
  endsOn: (end) => `prend fin le ${end}`,
  renewsOn: (end) => `sera renouvelé automatiquement le ${end}`,
  neverEnds: french`n'a pas de fin`,
  version: (version) => `la version ${version}`,
  versionAdds: (version, added) => french`la version ${version} ajoute ceci : ${added}`,
  by: (who, at) => french`Fait par ${who} le ${at}.`,
  provider: 'le fournisseur',
  added: (sentences) => french`Autorisé désormais : ${sentences}.`,
  removed: (sentences) => french`N'est plus autorisé : ${sentences}.`,
  lasts: (until) => french`L'accès vaut ${until}.`,
  takeBack: french`Vous pouvez revenir dessus à tout moment : autorisez moins, ou arrêtez l'accès, sous « Accès des partenaires ».`,
  keeps: (partner) =>
    french`Il n'ouvre plus rien. ${partner} garde ce qui a été téléchargé auparavant : vérifiez avec ${partner} ce qui est gardé et pourquoi.`,
  reason: (reason) => french`Raison indiquée : « ${reason} »`,
  unknown: (page) => french`Vous ne les connaissez pas ? Dites-le-nous : ${page}`,
  reference: (id) => french`Ce message ne donne par lui-même aucun accès. Référence ${id}.`,
  sentences: {
    requested: ({ partner, tenant, role, until, about }) =>
      french`${partner} demande un accès à ${tenant} avec le rôle ${role}, ${until}. Rien n'est partagé tant que vous n'avez pas décidé. La demande attend jusqu'au ${about}, puis elle devient caduque.`,
    withdrawn: ({ partner }) => french`La demande de ${partner} a été retirée. Rien n'est partagé.`,
    approved: ({ partner, role, until }) => french`${partner} a accès avec le rôle ${role}, ${until}.`,
    approved_ahead: ({ partner, role, until }) =>
      french`${partner} aura accès avec le rôle ${role}, ${until}. L'accès n'a pas encore commencé ; vous serez prévenu quand il commencera.`,
    second_factor: ({ partner }) =>
      french`L'accès de ${partner} n'a pas commencé : personne chez ${partner} n'a encore configuré de deuxième étape de connexion. Il commencera de lui-même dès que quelqu'un l'aura fait.`,
    declined: ({ partner }) => french`La demande de ${partner} a été refusée. Rien n'est partagé.`,
    activated: ({ partner, role, until }) =>
      french`L'accès de ${partner} avec le rôle ${role} a commencé, ${until}.`,
    suspended: ({ partner }) => french`L'accès de ${partner} est suspendu.`,
    resumed: ({ partner, until }) => french`L'accès de ${partner} fonctionne à nouveau, ${until}.`,
    renewed: ({ partner, until }) => french`L'accès de ${partner} a été prolongé, ${until}.`,
    changed: ({ partner }) => french`Ce que ${partner} peut faire a été modifié.`,
    change_asked: ({ partner }) =>
      french`${partner} demande à modifier son accès. Rien ne change tant que vous n'avez pas décidé.`,
    second_needed: ({ partner, tenant, about }) =>
      french`${about} a accepté d'ouvrir davantage ${tenant} à ${partner}. Il manque une deuxième personne ; d'ici là, rien ne change.`,
    expiring: ({ partner, ending }) => french`L'accès de ${partner} ${ending}.`,
    expired: ({ partner }) =>
      french`L'accès de ${partner} a pris fin. Il peut être renouvelé pendant 30 jours.`,
    lapsed: ({ partner }) => french`La demande de ${partner} a expiré sans réponse. Rien n'est partagé.`,
    revoked: ({ partner }) => french`L'accès de ${partner} a été arrêté.`,
    review_due: ({ partner, about }) =>
      french`L'accès de ${partner} est-il toujours justifié ? Confirmez-le avant le ${about}, ou restreignez-le.`,
    review_overdue: ({ partner }) =>
      french`L'accès de ${partner} est suspendu, car personne n'a confirmé qu'il est toujours justifié.`,
    reviewed: ({ partner, about }) =>
      french`L'accès de ${partner} a été confirmé. Le prochain examen est prévu pour le ${about}.`,
    first_used: ({ partner, about }) => french`Première utilisation de l'accès de ${partner} par ${about}.`,
    auto_renew_on: ({ partner, ending }) =>
      french`L'accès de ${partner} se renouvelle désormais de lui-même : il ${ending}.`,
    auto_renew_off: ({ partner, until }) =>
      french`L'accès de ${partner} ne se renouvelle plus de lui-même, il vaut ${until}.`,
    role_version: ({ partner, role, about }) =>
      french`Il existe une nouvelle version du rôle ${role}. ${partner} garde l'ancienne tant que vous n'avez pas accepté la nouvelle : ${about}.`,
    role_updated: ({ partner, role }) =>
      french`${partner} travaille désormais avec la dernière version du rôle ${role}.`,
    handed_over: ({ partner, about }) => french`Le travail de ${partner} passe à ${about}.`,
    attested: ({ partner, role, about }) =>
      french`Le fournisseur a enregistré que ${partner} a accès avec le rôle ${role}, en vertu d'un contrat. Si c'est inexact, opposez-vous avant le ${about}.`,
    unused: ({ partner, about }) =>
      french`Personne chez ${partner} ne peut encore utiliser l'accès. Raison, en anglais : ${about}.`,
    invitation_declined: ({ partner }) => french`${partner} a refusé votre invitation. Rien n'est partagé.`,
  },
}
