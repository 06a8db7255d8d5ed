import type { AssistanceWords } from './en.ts'

/** What customers are told of support's access, in Spanish. */
export const ES: AssistanceWords = {
  news: {
    requested: ({ person, tenant, caseNumber, minutes, answerBy }) => ({
      subject: `Nuestra asistencia pide ver los datos de ${tenant}`,
      sentence: `${person}, de nuestra asistencia, pide ver los datos de ${tenant} durante ${minutes} minutos, para el caso ${caseNumber}. Nada se abre hasta que usted lo permita. La solicitud caduca el ${answerBy}.`,
    }),
    started: ({ person, tenant, caseNumber, until }) => ({
      subject: `Nuestra asistencia puede ver los datos de ${tenant}`,
      sentence: `${person}, de nuestra asistencia, puede ver los datos de ${tenant} hasta el ${until}, para el caso ${caseNumber}. Puede terminarlo en cualquier momento.`,
    }),
    ended: ({ person, tenant, caseNumber }) => ({
      subject: `Nuestra asistencia ya no ve los datos de ${tenant}`,
      sentence: `El acceso de ${person}, de nuestra asistencia, a los datos de ${tenant} para el caso ${caseNumber} ha terminado.`,
    }),
    declined: ({ person, tenant, caseNumber }) => ({
      subject: `No se permitió a nuestra asistencia ver los datos de ${tenant}`,
      sentence: `Se rechazó la solicitud de ${person}, de nuestra asistencia, de ver los datos de ${tenant} para el caso ${caseNumber}.`,
    }),
    withdrawn: ({ person, tenant, caseNumber }) => ({
      subject: `Nuestra asistencia retiró su solicitud sobre ${tenant}`,
      sentence: `Se retiró la solicitud de ${person}, de nuestra asistencia, de ver los datos de ${tenant} para el caso ${caseNumber}. No se abrió nada.`,
    }),
    lapsed: ({ person, tenant, caseNumber }) => ({
      subject: `Ha caducado una solicitud de nuestra asistencia sobre ${tenant}`,
      sentence: `Nadie respondió a la solicitud de ${person}, de nuestra asistencia, de ver los datos de ${tenant} para el caso ${caseNumber}. No se abrió nada.`,
    }),
  },
  reason: (reason) => `Motivo indicado: «${reason}»`,
  endReason: (reason) => `Motivo indicado para el fin: «${reason}»`,
  limits: 'La asistencia solo puede ver; nunca cambia nada. Todo lo que lee consta en su actividad.',
  reference: (id) => `Este correo no da acceso por sí mismo. Referencia ${id}.`,
}
