set role liaison_owner;

-- Of the own plan and subscription, whoever is stopped, or whose realm or partner is, reads and changes nothing over the API, and did in SQL.
alter policy for_my_role on partner_plan using (partner_id = (select access.realm_inside()) and plan_id in (select access.visible_plans()));
alter policy own on subscription using (partner_id = (select access.realm_inside()) and end_user_id = (select access.context_id('end_user_id'))) with check (partner_id = (select access.realm_inside()) and end_user_id = (select access.context_id('end_user_id')));
alter policy own on subscription_event using (partner_id = (select access.realm_inside()) and end_user_id = (select access.context_id('end_user_id'))) with check (partner_id = (select access.realm_inside()) and end_user_id = (select access.context_id('end_user_id')));
alter policy own on subscription_hold using (partner_id = (select access.realm_inside()) and end_user_id = (select access.context_id('end_user_id')));
alter policy own on subscription_term using (partner_id = (select access.realm_inside()) and end_user_id = (select access.context_id('end_user_id'))) with check (partner_id = (select access.realm_inside()) and end_user_id = (select access.context_id('end_user_id')));

reset role;
