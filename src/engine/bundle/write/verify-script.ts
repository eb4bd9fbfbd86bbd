/** A check of a bundle that needs a POSIX shell, `sha256sum` and `ssh-keygen`, and nothing else. */
export const verifyScript = String.raw`#!/bin/sh
# Checks this bundle. Needs sha256sum (or shasum) and ssh-keygen.
# ALLOWED_SIGNERS=FILE names the keys that may sign. Take a list that did not come with the bundle.
# ALLOW_UNSIGNED=1 also takes what is not signed, or, without a list, is signed by nobody knows whom.
# Exit code: 0 good, 1 not good, 2 it could not be checked.
set -u
LC_ALL=C
export LC_ALL
unset CDPATH
complain() {
  echo "$1" >&2
  exit 2
}
unsigned=@{ALLOW_UNSIGNED:-}
signers=
if [ "@{ALLOWED_SIGNERS+set}" = set ]; then
  signers=$ALLOWED_SIGNERS
  case $signers in
    /*) ;;
    *) signers=$(pwd)/$signers ;;
  esac
  [ -f "$signers" ] && [ -r "$signers" ] || complain "ALLOWED_SIGNERS: $signers is no file that can be read"
fi
case $0 in
  */*) cd -- "@{0%/*}" || exit 2 ;;
esac
if command -v sha256sum >/dev/null; then
  sum() { sha256sum "$1"; }
elif command -v shasum >/dev/null; then
  sum() { shasum -a 256 "$1"; }
else
  complain 'sha256sum is needed'
fi
command -v ssh-keygen >/dev/null || complain 'ssh-keygen is needed'
faults=0
named=0
same=0
found=0
signed=0
signs=0
missing=0
who=

fault() {
  faults=$((faults + 1))
  printf '%s: %s\n' "$1" "$2"
}

# Each line is held against what sha256sum says, character by character. None is there twice, because they are in order.
check() {
  if [ -L "$1" ] || [ ! -f "$1" ]; then
    fault "$1" 'is missing, or no regular file'
    return
  fi
  last=
  while IFS= read -r line; do
    name=@{line#*  }
    case $name in
      '' | /* | -* | . | .. | ./* | ../* | */./* | */../* | */. | */.. | *//*)
        fault "$1" 'names what is no file of a bundle'
        continue
        ;;
    esac
    case $2:$name in
      data:data/*) ;;
      tags:data/* | data:*)
        fault "$1" "names $name, which belongs in the other manifest"
        continue
        ;;
    esac
    [ -z "$last" ] || [ "$last" \< "$name" ] || fault "$1" "names $name twice, or out of order"
    last=$name
    named=$((named + 1))
    if [ -L "$name" ] || [ ! -f "$name" ]; then
      fault "$name" 'is missing, or no regular file'
      continue
    fi
    is=$(sum "$name")
    [ "$is" = "$line" ] && same=$((same + 1))
    [ "$is" = "$line" ] || fault "$name" 'is not what its checksum says'
  done <"$1" || fault "$1" 'cannot be read'
  [ -z "@{line:-}" ] || fault "$1" 'ends within a line'
}

# A bag has no empty folder; one with the name of a file that is asked for would hide that there is none.
holds_something() {
  for inside in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ -e "$inside" ] || [ -L "$inside" ]; then return 0; fi
  done
  return 1
}

walk() {
  for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ -L "$entry" ]; then
      fault "$entry" 'is a link'
    elif [ -d "$entry" ]; then
      holds_something "$entry" || fault "$entry" 'is a folder with nothing in it'
      walk "$entry"
    elif [ -e "$entry" ]; then
      found=$((found + 1))
    fi
  done
}

# Whose signature it is: each name on a line, or, with older programs, all on one with commas.
verify_one() {
  names=$(ssh-keygen -Y find-principals -f "$signers" -s "$2" 2>/dev/null)
  while IFS= read -r principals; do
    while [ -n "$principals" ]; do
      who=@{principals%%,*}
      case $principals in
        *,*) principals=@{principals#*,} ;;
        *) principals= ;;
      esac
      ssh-keygen -Y verify -n "$1" -f "$signers" -I "$who" -s "$2" <"$3" >/dev/null 2>&1 && return 0
    done
  done <<EOF
$names
EOF
  return 1
}

# Some programs overlook what stands around a signature.
framed() {
  first=
  last=
  while IFS= read -r line; do
    first=@{first:-$line}
    last=$line
  done <"$1"
  [ -z "@{line:-}" ] && [ "$first" = '-----BEGIN SSH SIGNATURE-----' ] && [ "$last" = '-----END SSH SIGNATURE-----' ]
}

# Arguments: namespace, signature, what it is of.
verify() {
  if [ ! -f "$2" ]; then
    missing=$((missing + 1))
    [ ! -e "$2" ] || fault "$2" 'is no regular file'
    [ "$unsigned" = 1 ] || fault "$3" 'is not signed'
    return
  fi
  signs=$((signs + 1))
  if [ ! -f "$3" ]; then
    fault "$2" 'is the signature of nothing'
  elif ! framed "$2"; then
    fault "$2" 'is no signature'
  elif [ -n "$signers" ]; then
    verify_one "$1" "$2" "$3" && signed=$((signed + 1)) || fault "$2" 'is not a signature of an allowed signer'
  else
    ssh-keygen -Y check-novalidate -n "$1" -s "$2" <"$3" >/dev/null 2>&1 && signed=$((signed + 1)) ||
      fault "$2" "does not fit $3"
  fi
}

check tagmanifest-sha256.txt tags
check manifest-sha256.txt data
walk .
[ ! -e fetch.txt ] || fault fetch.txt 'names files that are elsewhere'
# No manifest can name the last manifest, or its signature.
own=1
[ -f tagmanifest-sha256.txt.sig ] && own=2
[ "$found" -eq $((named + own)) ] || fault . "$found files are here, and $((named + own)) should be"

for checkpoint in checkpoints/*/*; do
  [ -f "$checkpoint" ] && verify sessions-checkpoint "signatures@{checkpoint#checkpoints}.sig" "$checkpoint"
done
for signature in signatures/*/*; do
  checkpoint=checkpoints@{signature#signatures}
  [ ! -e "$signature" ] || [ -f "@{checkpoint%.sig}" ] || fault "$signature" 'is the signature of nothing'
done
for receipt in receipts/*.json; do
  [ -f "$receipt" ] && verify sessions-receipt "$receipt.sig" "$receipt"
done
# Last, so that it is known who signed the whole.
verify sessions-bundle tagmanifest-sha256.txt.sig tagmanifest-sha256.txt

if [ -z "$signers" ] && [ "$unsigned" != 1 ]; then
  fault ALLOWED_SIGNERS 'is not set: nothing says whose the signatures are'
fi
# What is good is counted, and what is not: a script that was damaged does not count both.
if [ "$faults" -eq 0 ] && [ "$same" -gt 0 ] && [ "$found" -eq $((same + own)) ] && [ "$signed" -eq "$signs" ]; then
  if [ -n "$signers" ] && [ "$missing" -eq 0 ] && [ "$signs" -gt 0 ]; then
    echo "GOOD: $found files, $signed signatures; the bundle is signed by $who"
    exit 0
  fi
  if [ "$unsigned" = 1 ]; then
    echo "GOOD BY CHECKSUMS ALONE: $found files, $signed signatures, $missing without; nobody known vouches for all of it"
    exit 0
  fi
fi
echo "NOT GOOD: $faults faults"
false
`.replaceAll('@{', '${');
