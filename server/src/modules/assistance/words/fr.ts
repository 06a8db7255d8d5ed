import type { AssistanceWords } from './en.ts'

/** What customers are told of support's access, in French. */
export const FR: AssistanceWords = {
  news: {
    requested: ({ person, tenant, caseNumber, minutes, answerBy }) => ({
      subject: `Notre assistance demande à consulter les données de ${tenant}`,
      sentence: `${person}, de notre assistance, demande à consulter les données de ${tenant} pendant ${minutes} minutes, pour le dossier ${caseNumber}. Rien n’est ouvert tant que vous ne l’autorisez pas. La demande expire le ${answerBy}.`,
    }),
    started: ({ person, tenant, caseNumber, until }) => ({
      subject: `Notre assistance peut consulter les données de ${tenant}`,
      sentence: `${person}, de notre assistance, peut consulter les données de ${tenant} jusqu’au ${until}, pour le dossier ${caseNumber}. Vous pouvez y mettre fin à tout moment.`,
    }),
    ended: ({ person, tenant, caseNumber }) => ({
      subject: `Notre assistance ne consulte plus les données de ${tenant}`,
      sentence: `L’accès de ${person}, de notre assistance, aux données de ${tenant} pour le dossier ${caseNumber} a pris fin.`,
    }),
    declined: ({ person, tenant, caseNumber }) => ({
      subject: `Notre assistance n’a pas été autorisée à consulter les données de ${tenant}`,
      sentence: `La demande de ${person}, de notre assistance, de consulter les données de ${tenant} pour le dossier ${caseNumber} a été refusée.`,
    }),
    withdrawn: ({ person, tenant, caseNumber }) => ({
      subject: `Notre assistance a retiré sa demande concernant ${tenant}`,
      sentence: `La demande de ${person}, de notre assistance, de consulter les données de ${tenant} pour le dossier ${caseNumber} a été retirée. Rien n’a été ouvert.`,
    }),
    lapsed: ({ person, tenant, caseNumber }) => ({
      subject: `Une demande de notre assistance concernant ${tenant} a expiré`,
      sentence: `Personne n’a répondu à la demande de ${person}, de notre assistance, de consulter les données de ${tenant} pour le dossier ${caseNumber}. Rien n’a été ouvert.`,
    }),
  },
  reason: (reason) => `Motif indiqué : « ${reason} »`,
  endReason: (reason) => `Motif indiqué pour la fin : « ${reason} »`,
  limits:
    'L’assistance peut seulement consulter, jamais rien modifier. Tout ce qu’elle lit figure dans votre activité.',
  reference: (id) => `Ce message ne donne aucun accès à lui seul. Référence ${id}.`,
}
