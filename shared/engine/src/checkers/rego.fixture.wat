;; rego.fixture.wat — a policy module written by hand that speaks the ABI (1.2) of what `opa build -t wasm` makes.
;; It was not compiled from Rego. It stands for a rule that denies whatever mentions `prod-eu-1`; other entry points
;; answer in the other ways that a rule can: a truth, nothing at all, an abort, and something that is no answer.
(module
  (import "env" "memory" (memory 5))
  (import "env" "opa_abort" (func $abort (param i32)))
  (global (export "opa_wasm_abi_version") i32 (i32.const 1))
  (global (export "opa_wasm_abi_minor_version") i32 (i32.const 2))
  (global $heap (mut i32) (i32.const 4096))
  (data (i32.const 1024) "[{\"result\":[\"mentions prod-eu-1\",{\"note\":\"and says so\",\"code\":\"said\",\"severity\":\"warn\",\"at\":\"/command\"}]}]\00") ;; yes
  (data (i32.const 1136) "[{\"result\":[]}]\00") ;; no
  (data (i32.const 1152) "[{\"result\":false}]\00") ;; f
  (data (i32.const 1184) "[{\"result\":true}]\00") ;; t
  (data (i32.const 1216) "[]\00") ;; undef
  (data (i32.const 1232) "[{\"result\":42}]\00") ;; garbage
  (data (i32.const 1248) "{\"holdpoint/deny\":0,\"holdpoint/allow\":1,\"holdpoint/undefined\":2,\"holdpoint/broken\":3,\"holdpoint/garbage\":4}\00") ;; entry
  (data (i32.const 1360) "{}\00") ;; builtins
  (data (i32.const 1376) "prod-eu-1\00") ;; needle

  ;; values are their own JSON texts here: parsing and dumping change nothing
  (func (export "opa_json_parse") (param $at i32) (param $length i32) (result i32) (local.get $at))
  (func (export "opa_json_dump") (param $at i32) (result i32) (local.get $at))
  (func (export "opa_heap_ptr_get") (result i32) (global.get $heap))
  (func (export "opa_heap_ptr_set") (param $to i32) (global.set $heap (local.get $to)))
  (func (export "opa_malloc") (param $bytes i32) (result i32)
    (global.get $heap)
    (global.set $heap (i32.add (global.get $heap) (local.get $bytes))))
  (func (export "builtins") (result i32) (i32.const 1360))
  (func (export "entrypoints") (result i32) (i32.const 1248))

  ;; does the input hold the needle?
  (func $mentions (param $input i32) (param $length i32) (result i32)
    (local $i i32) (local $j i32)
    (block $none
      (loop $next
        (br_if $none (i32.gt_s (i32.add (local.get $i) (i32.const 9)) (local.get $length)))
        (local.set $j (i32.const 0))
        (block $differs
          (loop $same
            (br_if $differs (i32.ne
              (i32.load8_u (i32.add (local.get $input) (i32.add (local.get $i) (local.get $j))))
              (i32.load8_u offset=1376 (local.get $j))))
            (local.set $j (i32.add (local.get $j) (i32.const 1)))
            (br_if $same (i32.lt_s (local.get $j) (i32.const 9))))
          (return (i32.const 1)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (i32.const 0))

  (func (export "opa_eval") (param $reserved i32) (param $entry i32) (param $data i32) (param $input i32)
    (param $length i32) (param $heap i32) (param $format i32) (result i32)
    (local $found i32)
    (local.set $found (call $mentions (local.get $input) (local.get $length)))
    (if (i32.eqz (local.get $entry))
      (then (return (select (i32.const 1024) (i32.const 1136) (local.get $found)))))
    (if (i32.eq (local.get $entry) (i32.const 1))
      (then (return (select (i32.const 1152) (i32.const 1184) (local.get $found)))))
    (if (i32.eq (local.get $entry) (i32.const 2)) (then (return (i32.const 1216))))
    (if (i32.eq (local.get $entry) (i32.const 3)) (then (call $abort (i32.const 1376))))
    (i32.const 1232))
)
