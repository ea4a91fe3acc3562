#!/bin/sh
# The ten-minute job in a real window, driven by real keys and clicks, with a picture of each chapter.
#   tests/window/story.sh [PROGRAM] [ROWS] [FOLDER OF THE PICTURES]
# Needs Xvfb, xdotool, ImageMagick and python3; the window is drawn without a graphics card where there is none. Places of clicks are those
# of a window of 1280 x 800 with the rows of story.py, so pictures can be made again after a change of the look. A run takes about 3 minutes; on a
# machine that is busy otherwise, PAUSE=2 PATIENCE=4 wait longer.
set -eu
program=$(realpath "${1:-target/release/brewhouse}")
rows=${2:-2000000}
pictures=$(realpath "${3:-assets/screenshots}")
here=$(dirname "$(realpath "$0")")
work=${TMPDIR:-/tmp}/brewhouse-story
display=:${STORY_DISPLAY:-78}

mkdir -p "$work" "$pictures"
[ -e "$work/$rows/customers.csv" ] || python3 "$here/story.py" "$work/$rows" "$rows"
rm -rf "$work/home" "$work/out" && mkdir -p -m 700 "$work/home" "$work/out"
export HOME="$work/home" XDG_RUNTIME_DIR="$work/home" XDG_CACHE_HOME="$work/home/cache" XDG_DATA_HOME="$work/home/data"
export BREWHOUSE_TIMES=1 DISPLAY="$display" WAYLAND_DISPLAY=
unset DBUS_SESSION_BUS_ADDRESS || true
Xvfb "$display" -screen 0 1280x800x24 2>"$work/xvfb.log" &
xvfb=$!
trap 'kill $xvfb 2>/dev/null || true' EXIT
sleep 1
cd "$work/$rows"
"$program" 2>"$work/window.log" &
window=$!
trap 'kill $window $xvfb 2>/dev/null || true' EXIT

for _ in $(seq 60); do
    id=$(xdotool search --onlyvisible --name Brewhouse 2>/dev/null | tail -1) && [ -n "$id" ] && break
    sleep 0.5
done
xdotool windowsize "$id" 1280 800 windowmove "$id" 0 0 windowfocus "$id"
sleep 1

# Time of the processors that the window has used, in hundredths of a second.
used() { awk '{ print $14 + $15 }' "/proc/$window/stat"; }
# How many points two pictures differ in.
differ() { compare -metric AE "$1" "$2" null: 2>&1 | awk '{ printf "%d", $1 }'; }
# Waits until nothing is counted and nothing moves for a while. A caret that blinks is no move; the bar at the bottom tells memory, which
# may change at any time.
settle() {
    xdotool mousemove 1110 790
    sleep 0.7
    same=0 before=$(used)
    import -window "$id" -crop 1280x770+0+0 +repage "$work/last.ppm"
    for _ in $(seq 600); do
        sleep 1
        import -window "$id" -crop 1280x770+0+0 +repage "$work/now.ppm"
        now=$(used)
        if [ $((now - before)) -lt 60 ] && [ "$(differ "$work/last.ppm" "$work/now.ppm")" -lt 90 ]; then
            same=$((same + 1))
        else
            same=0
        fi
        [ $same -ge ${PATIENCE:-2} ] && return
        before=$now
        mv "$work/now.ppm" "$work/last.ppm"
    done
}
picture() {
    settle
    import -window "$id" "$work/now.ppm"
    convert "$work/now.ppm" +dither -colors 96 PNG8:"$pictures/$1.png"
    echo "$1"
}
seen() { import -window "$id" -crop 1280x770+0+0 ppm:- | cksum; }
pause() { sleep "${PAUSE:-0.7}"; }
click() { xdotool mousemove "$1" "$2"; pause; xdotool click 1; pause; }
press() { xdotool key "$1"; pause; }
write() { xdotool type --delay 25 "$1"; pause; }
# Whatever has a name is had by it, once the palette is there.
command() {
    before=$(seen)
    xdotool key ctrl+k
    for _ in $(seq 40); do [ "$(seen)" = "$before" ] || break; done
    pause
    write "$1"
    pause
    press Return
    pause
}
apply() { settle; press Return; settle; }

# Open: all rows, typed, every line accounted for; what does not fit is told.
press ctrl+o
write "$work/$rows/orders.csv"
press Return
until grep -q "all rows after" "$work/window.log"; do sleep 1; done
settle
click 426 96
picture import
click 257 96
click 937 128

# Look: a click on a value, and every other column draws its rows in front.
click 750 204
picture look
command "show all rows"
settle

# Fix: white space and case of the regions, then the prices that carry a currency.
click 60 200
command "clean text"
click 990 398
apply
command "uppercase"
apply
click 60 272
command "replace text"
click 1120 580
write " EUR"
settle
click 735 128
picture fix
apply
command "change to decimal"
apply

# Fill, on dark ground.
command "dark theme"
command "fill with median"
picture fill
apply
click 370 96
picture profile
click 257 96

# Dates: what is none is shown before it is decided.
click 60 152
command "change type"
click 1120 644
# The third kind that begins so: date and time.
for _ in 1 2 3; do press d; done
press Return
settle
click 740 128
picture dates
apply
command "remove rows with missing"
apply
command "light theme"

# Join: the matches are counted before it is applied.
command "add a dataset"
write "$work/$rows/customers.csv"
press Return
settle
click 1128 61
click 955 92
picture join
apply

# Group by region: the sum of the prices.
click 60 200
command "group"
click 1120 668
write "unit"
press Return
picture group
apply

# Run: the whole table by the recipe, counted, read back, with a receipt.
press F5
settle
press Return
picture run
echo "frames:"
kill -TERM $window
wait $window 2>/dev/null || true
cat "$work/window.log"
