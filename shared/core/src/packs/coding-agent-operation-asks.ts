// coding-agent-operation-asks.ts — asks about what operators' tools take down, by the words that their manuals use for it

export const codingAgentOperationAsks = `  - id: approve-operations
    effect: require_approval
    when:
      commands:
        # orchestrators
        - "{docker,podman} {stack,service,secret,config} rm"
        - "docker node {rm,demote}"
        - "docker trust revoke"
        - "docker-compose rm --volumes"
        - "crictl {stopp,rmp}"
        - "helmfile {apply,sync,destroy,delete}"
        - "skaffold {run,delete}"
        - "werf {converge,dismiss,purge,cleanup}"
        - "cdktf {deploy,destroy}"
        - "cap * deploy"
        - "podman system reset"
        - "podman machine rm"
        - "podman pod rm --force"
        - "{docker,podman} compose down --rmi * --volumes"
        - "{docker,podman} compose rm --volumes"
        - "flux {suspend,resume,uninstall}"
        - "nomad {job,node,system,deployment} {stop,drain,gc,fail,eligibility}"
        - "consul {leave,force-leave,reload}"
        # databases
        - "nodetool {decommission,removenode,clearsnapshot,drain,assassinate,truncatehints,move,stopdaemon,disablebinary,disablegossip}"
        - "{zkCli.sh,zkcli,zookeepercli} {deleteall,rmr}"
        - "cockroach node {decommission,drain,recommission}"
        - "{php artisan,artisan} {db:wipe,db:seed,migrate:*,queue:flush,queue:clear,cache:forget}"
        - "mix ecto.{drop,reset,rollback}"
        - "dotnet ef database {drop,update}"
        - "wp {db,site,user,option,post} {reset,drop,empty,delete,import}"
        - "{pg_dropcluster,pg_resetwal,pg_rewind}"
        - "convex import --replace"
        - "supabase migration repair"
        # queues and stores
        - "rabbitmqctl {clear_permissions,clear_policy,clear_parameter,set_permissions,change_password}"
        - "{kafka-storage,kafka-storage.sh} format"
        - "{kafka-reassign-partitions,kafka-reassign-partitions.sh} --execute"
        - "tmutil {delete,deletelocalsnapshots,disable}"
        - "{kafka-configs,kafka-configs.sh} --delete-config"
        - "rq empty"
        - "borg {recreate,compact,break-lock}"
        - "borg key change-passphrase"
        - "tarsnap --nuke"
        - "tarsnap -d"
        - "mc {version,replicate,ilm,lock,retention,legalhold,encrypt} {suspend,rm,remove,clear}"
        - "rados {rmpool,purge,cppool}"
        - "rbd {rm,snap,trash} {rm,purge,unprotect}"
        - "{hdfs,hadoop} {dfs,fs} -{expunge,rm,rmr,rmdir}"
        - "hdfs namenode -format"
        # servers
        - "nginx -s {stop,quit}"
        - "{apachectl,apache2ctl,httpd} -k {stop,graceful-stop}"
        - "splunk {clean,stop,disable,remove,offline}"
        - "rndc {delzone,stop,halt,flush,freeze,flushname,flushtree}"
        - "{dnscontrol,octodns-sync} {push,--doit}"
        - "{lxc,incus} {delete,stop,move,publish}"
        - "{lxc-destroy,lxc-stop}"
        - "gitlab-rake {gitlab:setup,gitlab:cleanup:*,gitlab:backup:restore}"
        - "gitlab-ctl {stop,restart,reconfigure,cleanse,uninstall,pg-upgrade}"
        - "circleci orb {unlist,publish}"
        - "{dotnet nuget,nuget} {delete,push}"
        - "hwclock --{set,systohc,hctosys,adjust}"
        - "tailscale {down,logout,up,set}"
        - "netplan {apply,try}"
        # platforms
        - "heroku {ps:scale,ps:stop,ps:restart,ps:resize,maintenance:on,pipelines:promote,features:disable,drains:remove}"
        - "{fly,flyctl} {ips,wireguard,certs,postgres} {release,remove,detach,failover}"
        - "firebase {auth:import,database:set,database:update,database:push,remoteconfig:rollback}"
        - "stripe {delete,post}"
        - "stripe {refunds,payouts,transfers,charges,payment_intents,invoices} {create,cancel,capture,pay,void_invoice}"
        - "twilio phone-numbers:{buy,release}"
        - "op {user,group} {suspend,edit,confirm,reactivate}"
    approval: { role: release-manager }
    reason: takes down, empties or changes what others rely on
    match: ["docker stack rm app", "nodetool decommission", "nginx -s quit", "heroku ps:scale web=0", "mix ecto.reset"]
    notMatch: ["docker stack ls", "nodetool status", "nginx -t", "nginx -s reload", "heroku ps", "mix ecto.create", "docker compose down", "flux get all"]
`;
