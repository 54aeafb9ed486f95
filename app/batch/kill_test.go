package batch_test

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"shelftalk/app/batch"
	"shelftalk/store"
	"shelftalk/store/storetest"
)

// victim names the store for a child process that runs the first job in it, says which rows it has finished, and is
// killed meanwhile.
const victim = "SHELFTALK_TEST_KILL_STORE"

func TestMain(m *testing.M) {
	if path := os.Getenv(victim); path != "" {
		runVictim(path)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func runVictim(path string) {
	t := &testing.T{} // for its Fatal, which here ends the process by a panic or an exit
	db, err := store.Open(path)
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	b := newBench(t, db, &scribe{width: 8, delay: time.Millisecond, fate: failing("7")})
	go func() {
		for told := 0; ; time.Sleep(200 * time.Microsecond) {
			b.mu.Lock()
			for ; told < len(b.events); told++ {
				if row := b.events[told].Row; row != nil {
					fmt.Println("finished", row.Index)
				}
			}
			b.mu.Unlock()
		}
	}()
	jobs, err := b.ledger.Jobs()
	if err != nil || len(jobs) != 1 {
		fmt.Println("error", len(jobs), err)
		os.Exit(1)
	}
	if err := b.runner.Resume(jobs[0].ID); err != nil && !errors.Is(err, batch.ErrNoRows) {
		fmt.Println("error", err)
		os.Exit(1)
	}
	b.runner.Wait()
	time.Sleep(5 * time.Millisecond)
	fmt.Println("over")
}

// Killed again and again at random moments, a job ends with every row once, and no row that was told finished is undone.
func TestKilledProcessLosesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	const rows = 120
	id := func() string {
		db, err := store.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		return newBench(t, db, &scribe{width: 1}).create(t, rows)
	}()
	told := map[int]int{}
	kills := 0
	for over := false; !over; {
		if kills > 200 {
			t.Fatal("it never ends")
		}
		over = killOnce(t, path, told)
		if !over {
			kills++
		}
	}
	t.Logf("killed %d times", kills)
	if kills == 0 {
		t.Error("the job was over before the first kill: the test proves nothing")
	}
	db := storetest.OpenAt(t, path)
	b := newBench(t, db, &scribe{width: 1})
	for i, row := range audit(t, db, b.ledger, id) {
		want := batch.RowDone
		if i%10 == 7 {
			want = batch.RowFailed
		}
		if row.State != want || told[i] > 1 {
			t.Errorf("row %d is %s, and was told finished %d times", i, row.State, told[i])
		}
	}
	if job := b.job(t, id); job.State != batch.Done {
		t.Errorf("the job is %s %+v", job.State, job.Counts)
	}
}

// killOnce lets the victim live for a moment after its first row, or now and then not that long; counts what it says in
// told; and returns whether it came to its end.
func killOnce(t *testing.T, path string, told map[int]int) (over bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), victim+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() { _ = cmd.Process.Kill() }
	life := time.Duration(rand.IntN(30)) * time.Millisecond
	timer := time.AfterFunc(20*time.Second, kill)
	if rand.IntN(5) == 0 {
		timer.Reset(life)
	}
	defer timer.Stop()
	before := len(told)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var index int
		if lines.Text() == "over" {
			over = true
			continue
		}
		if _, err := fmt.Sscanf(lines.Text(), "finished %d", &index); err != nil {
			t.Fatalf("the victim says %q", lines.Text())
		}
		told[index]++
		if len(told) == before+1 {
			timer.Reset(life)
		}
	}
	_ = cmd.Wait()
	if !over && len(told) > before {
		auditKilled(t, path, told)
	}
	return over
}

// auditKilled checks that what was told is in the store, before anything else can repair it.
func auditKilled(t *testing.T, path string, told map[int]int) {
	t.Helper()
	db, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	storetest.Check(t, db)
	ledger, err := batch.OpenLedger(db, keep)
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := ledger.Jobs()
	if err != nil {
		t.Fatal(err)
	}
	if jobs[0].Counts.Pending > 0 && !jobs[0].Interrupted {
		t.Error("a killed job isn't offered to go on")
	}
	all, err := ledger.Rows(jobs[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	for index := range told {
		if s := all[index].State; s != batch.RowDone && s != batch.RowFailed {
			t.Errorf("row %d was told finished, and is %s", index, s)
		}
	}
}
