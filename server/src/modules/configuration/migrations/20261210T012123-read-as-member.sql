set role liaison_owner;

-- As for members: whoever has left a partner, or whose partner is stopped, reads no more of its configuration.
alter policy own_partner on partner_config_version using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
alter policy own_partner on partner_configuration using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
alter policy own_partner on partner_config_activation using (partner_id = (select access.own_partner()));
alter policy own_partner on partner_logo using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
alter policy own_partner on configuration_in_force using (partner_id = (select access.own_partner()));

reset role;
