package com.example;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A bounded job that counts words and shows which arguments reached it.
 *
 * <p>{@code [--times N] [--pause MILLISECONDS] [WORD...]}. It prints one line {@code argument I:
 * VALUE} per argument where its main method runs, and {@code (WORD,COUNT)} lines where its tasks
 * run. It uses only what Flink 1.9 and Flink 2 have in common.
 */
public final class WordCount {

    private WordCount() {}

    @SuppressWarnings("deprecation") // what replaces fromCollection came with 1.19
    public static void main(String[] args) throws Exception {
        for (int i = 0; i < args.length; i++) {
            System.out.println("argument " + i + ": " + args[i]);
        }
        int times = 10;
        long pause = 0;
        List<String> words = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--times")) {
                times = Integer.parseInt(args[++i]);
            } else if (args[i].equals("--pause")) {
                pause = Long.parseLong(args[++i]);
            } else if (args[i].startsWith("--")) {
                i++; // somebody else's option and its value
            } else {
                words.add(args[i]);
            }
        }
        if (words.isEmpty()) {
            words = Arrays.asList("flink", "pack");
        }
        List<String> input = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            input.addAll(words);
        }

        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromCollection(input)
                .map(new One(pause))
                .returns(new TypeHint<Tuple2<String, Integer>>() {})
                .keyBy(new Word())
                .reduce(new Sum())
                .print();
        env.execute("word-count");
    }

    /** Pairs a word with 1, after a pause. */
    private static final class One implements MapFunction<String, Tuple2<String, Integer>> {
        private static final long serialVersionUID = 1L;
        private final long pause;

        One(long pause) {
            this.pause = pause;
        }

        @Override
        public Tuple2<String, Integer> map(String word) throws Exception {
            Thread.sleep(pause);
            return Tuple2.of(word, 1);
        }
    }

    private static final class Word implements KeySelector<Tuple2<String, Integer>, String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String getKey(Tuple2<String, Integer> count) {
            return count.f0;
        }
    }

    private static final class Sum implements ReduceFunction<Tuple2<String, Integer>> {
        private static final long serialVersionUID = 1L;

        @Override
        public Tuple2<String, Integer> reduce(
                Tuple2<String, Integer> a, Tuple2<String, Integer> b) {
            return Tuple2.of(a.f0, a.f1 + b.f1);
        }
    }
}
